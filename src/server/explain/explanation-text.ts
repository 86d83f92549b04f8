import type { ExplainedHeader, ExplainedPlace, Explanation, UpstreamSide } from "./explanation.js";

/** What is said, about what, and where it comes from. */
interface Row {
  readonly label: string;
  readonly text: string;
  readonly place: ExplainedPlace | null;
}

const MAX_TEXT_COLUMN = 72;

/** An explanation for people: aligned lines, most with the line of the configuration at their end. */
export function explanationText(explanation: Explanation): string {
  const { request } = explanation;
  const sections = [
    wayRows(explanation),
    filterRows(explanation),
    explanation.upstream === null ? replyRows(explanation) : upstreamRows("upstream", explanation.upstream),
    ...explanation.otherUpstreams.map((other) => upstreamRows("also asked", other)),
    headerRows("response", explanation.responseHeaders),
    settingRows(explanation),
  ];
  const texts = sections.filter((rows) => rows.length > 0).map(table);
  return `${request.method} ${request.path}, host ${request.authority}\n\n${texts.join("\n")}`;
}

function wayRows(explanation: Explanation): Row[] {
  const { listener, filterChain, asked, virtualHost, domains, matched, passed, route, cluster, weight, request } =
    explanation;
  const rows: Row[] = [{ label: "listener", ...listener }];
  rows.push({ label: "filter chain", ...(filterChain ?? nothing("none takes the connection")) });
  if (asked !== null && (asked.path !== request.path || asked.authority !== request.authority)) {
    rows.push({
      label: "matched as",
      ...nothing(`${asked.path === "" ? "no path" : asked.path}, host ${asked.authority}`),
    });
  }
  if (asked === null) return rows;
  rows.push({
    label: "virtual host",
    ...(virtualHost ?? nothing(`none has a domain for this host; there are ${domains.join(", ")}`)),
  });
  for (const step of matched) rows.push({ label: "  matcher", ...step });
  for (const { text, subject, expected, place } of passed) {
    rows.push({ label: "  not taken", text: `${text}: needs ${subject} ${expected}`, place });
  }
  if (virtualHost !== null) rows.push({ label: "route", ...(route ?? nothing("none matches")) });
  if (cluster !== null) rows.push({ label: "cluster", ...cluster });
  if (weight !== null) rows.push({ label: "weight", ...weight });
  return rows;
}

function filterRows({ filters, asked }: Explanation): Row[] {
  if (asked === null) return [];
  return filters.flatMap(({ name, text, place, perRoute }) => [
    { label: "filter", text: text === "runs" ? name : `${name}: ${text}`, place },
    ...perRoute.map((config) => ({ label: "", ...config, text: `  ${config.text}` })),
  ]);
}

function upstreamRows(label: string, { address, method, path, host, headers }: UpstreamSide): Row[] {
  return [{ label, ...nothing(`${method} ${path}, host ${host}, to ${address}`) }, ...headerRows("request", headers)];
}

function headerRows(direction: string, headers: readonly ExplainedHeader[]): Row[] {
  return headers.map(({ name, before, after, place }) => {
    const verb = before.length === 0 ? "+" : "~";
    const text = after.length === 0 ? `- ${name}` : `${verb} ${name}: ${after.join(", ")}`;
    return { label: `  ${direction}`, text, place };
  });
}

function replyRows({ reply }: Explanation): Row[] {
  if (reply === null) return [{ label: "answer", ...nothing("none, the connection is closed") }];
  const flags = reply.flags === "" ? "" : `, flags ${reply.flags}`;
  const location = reply.headers.find(([name]) => name === "location");
  const what =
    reply.tunnel === "" ? `by the proxy itself (${reply.details}${flags})` : `and a tunnel to ${reply.tunnel}`;
  const rows = [{ label: "answer", ...nothing(`${reply.status} ${what}`) }];
  if (location !== undefined) rows.push({ label: "  location", ...nothing(location[1]) });
  return rows;
}

function settingRows({ settings }: Explanation): Row[] {
  return settings.map(({ name, text, place }) => ({
    label: name,
    text: place === null ? `${text} (default)` : text,
    place,
  }));
}

function nothing(text: string): { readonly text: string; readonly place: null } {
  return { text, place: null };
}

function table(rows: readonly Row[]): string {
  const labelWidth = Math.max(...rows.map(({ label }) => label.length), 12);
  const placed = rows.filter(({ place, text }) => place !== null && text.length <= MAX_TEXT_COLUMN);
  const textWidth = Math.max(...placed.map(({ text }) => text.length), 0);
  return rows
    .map(({ label, text, place }) => {
      const line = `${label.padEnd(labelWidth)}  ${place === null ? text : `${text.padEnd(textWidth)}  ${placeText(place)}`}`;
      return `${line.trimEnd()}\n`;
    })
    .join("");
}

function placeText({ file, line, column }: ExplainedPlace): string {
  return `${file}:${line}:${column}`;
}
