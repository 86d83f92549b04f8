import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { proxyConfig } from "../support/proxy-config.js";
import { SluiceCommand, SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";

const PAGE = readFileSync(fileURLToPath(new URL("../../../docs/explain.md", import.meta.url)), "utf8");

/** Blocks of a kind in the page. */
function blocks(kind: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => match[1] as string);
}

/** The words of a command, in single quotes or not. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

/** Headers that the proxy adds by itself are told in no promised order. */
function withoutHeaders(text: string): string {
  return text.replace(/^ {2}(?:request|response) .*\n/gm, "");
}

test("docs/explain.md shows what the program prints", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "shop.yaml"), blocks("yaml")[0] ?? "");
  const examples = blocks("console");
  assert.equal(examples.length, 2);
  for (const example of examples) {
    const [command = "", ...output] = example.split("\n");
    const [, , ...args] = wordsOf(command);
    const inDirectory = args.map((arg) => (arg === "shop.yaml" ? join(directory, arg) : arg));
    const { code, stdout, stderr } = await SluiceCommand.run(t, ...inDirectory);
    assert.equal(stderr, "");
    assert.equal(code, stdout.includes("none has a domain") ? 1 : 0);
    const printed = stdout.replaceAll(`${directory}/`, "");
    assert.equal(withoutHeaders(printed), withoutHeaders(output.join("\n")), command);
  }
});

test("exit codes: 0 for a route, 1 for none or a wrong configuration, 2 for a mistake", async (t) => {
  const path = join(temporaryDirectory(t), "sluice.yaml");
  writeFileSync(path, proxyConfig({}));
  const CASES: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["-c", path, "GET", "/direct", "-H", "host: a"], 0, /^$/],
    [["-c", path, "CONNECT", "a:80"], 1, /^$/],
    [["-c", "missing.yaml", "GET", "/"], 1, /^missing\.yaml: error: /],
    [["-c", path, "GET"], 2, /^sluice: explain takes a method and a URL: /],
    [["-c", path, "GET", "/", "-H", "nothing"], 2, /^sluice: a header is written 'name: value', not 'nothing'\n/],
    [["GET", "/"], 2, /^sluice: at least one of --config-path or --config-yaml is needed\n/],
    [["--nope"], 2, /^sluice: Unknown option '--nope'\n/],
  ];
  const results = await Promise.all(CASES.map(([args]) => SluiceCommand.run(t, "explain", ...args)));
  for (const [index, { code, stderr }] of results.entries()) {
    const [args, expected, message] = CASES[index] as (typeof CASES)[number];
    assert.equal(code, expected, `${args.join(" ")}\n${stderr}`);
    assert.match(stderr, message);
  }
});

test("--json is the explanation as data", async (t) => {
  const config = ["--config-yaml", proxyConfig({}), "GET", "/direct", "-H", "host: a", "--json"];
  const { stdout } = await SluiceCommand.run(t, "explain", ...config);
  const explanation = JSON.parse(stdout);
  assert.equal(explanation.reply.status, 200);
  assert.equal(explanation.route.place.file, "--config-yaml");
});

/** A POST to the admin. */
function post(port: number, path: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", path, method: "POST", agent: false };
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

test("POST /explain on the admin", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}));
  const ask = (body: string, query = ""): ReturnType<typeof post> => post(sluice.adminPort, `/explain${query}`, body);
  const text = await ask(JSON.stringify({ url: "/direct", headers: ["host: a"] }));
  assert.equal(text.status, 200);
  assert.match(text.body, /^GET \/direct, host a\n\nlistener +main, /);
  assert.match(text.body, /^answer +200 by the proxy itself \(direct_response\)$/m);
  const json = await ask(JSON.stringify({ url: "/direct", headers: { host: "a" } }), "?format=json");
  assert.equal(JSON.parse(json.body).reply.status, 200);

  const CASES: readonly (readonly [string, number, RegExp])[] = [
    ["", 400, /^the request is described as a JSON object: /],
    ["[]", 400, /^the request is described as a JSON object: /],
    ["{}", 400, /^'url' is missing: /],
    [`{ "url": 1 }`, 400, /^'url' is a string\n$/],
    [`{ "uri": "/" }`, 400, /^'uri' is none of method, url, /],
    [`{ "url": "/", "headers": [1] }`, 400, /^'headers' is a list of "name: value"/],
    [`{ "url": "a b" }`, 400, /has a character that a URL encodes/],
    [`{ "url": "/${"a".repeat(70_000)}" }`, 413, /^the body is too large\n$/],
  ];
  for (const [body, status, message] of CASES) {
    const answer = await ask(body);
    assert.equal(answer.status, status, body.slice(0, 50));
    assert.match(answer.body, message);
  }
  assert.equal((await sluice.admin("/explain")).status, 405);
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_rq_total"), 0, "nothing was counted");
});
