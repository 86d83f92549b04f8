import { type AdminEndpoint, type AdminParameter, type AdminResponse, textResponse } from "./admin-endpoint.js";

/** The endpoints that this server has: finds them by path and describes them. Lists itself as `/` and `/help`. */
export class AdminList {
  private readonly byPath: ReadonlyMap<string, AdminEndpoint>;

  constructor(endpoints: readonly AdminEndpoint[]) {
    const index = listing("/", "Admin home page", () => this.index());
    const help = listing("/help", "print out list of admin commands", () => textResponse(this.helpText()));
    const sorted = [index, help, ...endpoints].sort((a, b) => (a.path < b.path ? -1 : 1));
    this.byPath = new Map(sorted.map((endpoint) => [endpoint.path, endpoint]));
  }

  /** Null when there is no such endpoint. */
  find(path: string): AdminEndpoint | null {
    return this.byPath.get(path) ?? null;
  }

  /** As `/help` prints it, and what follows `invalid path. ` in a 404. */
  helpText(): string {
    let text = "admin commands are:\n";
    for (const endpoint of this.byPath.values()) {
      text += `  ${endpoint.path}${endpoint.mutates ? " (POST)" : ""}: ${endpoint.help}\n`;
      for (const { name, help, choices } of endpoint.parameters) {
        const oneOf = choices === null || choices.length === 0 ? "" : `; One of (${choices.join(", ")})`;
        text += `      ${name}: ${help}${oneOf}\n`;
      }
    }
    return text;
  }

  private index(): AdminResponse {
    const rows = [...this.byPath.values()].filter((endpoint) => endpoint.path !== "/").map(rowHtml);
    const body = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sluice admin</title>
<style>
body { font-family: sans-serif; margin: 2em; }
td { padding: 0.3em 1em 0.3em 0; vertical-align: top; }
label { display: block; color: #555; font-size: smaller; }
</style>
</head>
<body>
<h1>Sluice admin</h1>
<table>
${rows.join("\n")}
</table>
</body>
</html>
`;
    return { status: 200, contentType: "text/html; charset=UTF-8", body, afterwards: null };
  }
}

function listing(path: string, help: string, handle: () => AdminResponse): AdminEndpoint {
  return { path, help, mutates: false, parameters: [], handle };
}

/** A row of the index: a button with the parameters' fields, so that what mutates is posted and nothing else is. */
function rowHtml(endpoint: AdminEndpoint): string {
  const path = escapeHtml(endpoint.path);
  const fields = endpoint.parameters.map(fieldHtml).join("");
  const method = endpoint.mutates ? "post" : "get";
  // A form that is posted keeps only the query of its action, so the fields are moved there when it is sent.
  const onSubmit = endpoint.mutates
    ? ` onsubmit="this.action = '${path}?' + new URLSearchParams(new FormData(this))"`
    : "";
  return (
    `<tr><td><form action="${path}" method="${method}"${onSubmit}><button>${path.slice(1)}</button>${fields}</form></td>` +
    `<td>${escapeHtml(endpoint.help)}</td></tr>`
  );
}

function fieldHtml(parameter: AdminParameter): string {
  const name = escapeHtml(parameter.name);
  const title = escapeHtml(parameter.help);
  return `<label title="${title}">${name} ${inputHtml(name, parameter.choices)}</label>`;
}

function inputHtml(name: string, choices: readonly string[] | null): string {
  // A field left empty is not meant: `disabled` keeps it out of what the form sends.
  const skipEmpty = `onchange="this.name = this.value === '' ? '' : '${name}'"`;
  if (choices === null) return `<input type="text" ${skipEmpty}>`;
  if (choices.length === 0) return `<input type="checkbox" name="${name}" value="y">`;
  const options = ["", ...choices].map((choice) => `<option>${escapeHtml(choice)}</option>`).join("");
  return `<select ${skipEmpty}>${options}</select>`;
}

function escapeHtml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
