import assert from "node:assert/strict";
import { once } from "node:events";
import type http from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { get } from "../support/node-client.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { SluiceCommand, SluiceProcess, START_TIMEOUT_MS } from "../support/sluice-process.js";

/** Says where it was asked, and as which host. */
function sayWhat(request: http.IncomingMessage, response: http.ServerResponse): void {
  response.end(`${request.headers.host} ${request.url}`);
}

/** `sluice to ...` on a port that the kernel chooses. Resolves to the port. */
async function startTo(t: TestContext, ...args: string[]): Promise<number> {
  const command = new SluiceCommand(t, ["to", ...args, "--listen", "0", "--concurrency", "1", "-l", "warn"]);
  const [, port] = await command.stdout.waitForText(/^http:\/\/127\.0\.0\.1:(\d+) -> http:\/\//, START_TIMEOUT_MS);
  assert.equal(command.stderr.text, "");
  return Number(port);
}

test("sluice to URL: requests arrive below the path of the URL, as for its host", async (t) => {
  const origin = await startNodeOrigin(t, sayWhat);
  const port = await startTo(t, `http://127.0.0.1:${origin}/api`);
  assert.equal((await get(port, { path: "/users?id=1" })).body, `127.0.0.1:${origin} /api/users?id=1`);
});

test("several URLs take turns, a name among them; --keep-host leaves the host", async (t) => {
  const one = await startNodeOrigin(t, (_request, response) => response.end("one"));
  const two = await startNodeOrigin(t, (request, response) => response.end(`two ${request.headers.host}`));
  const port = await startTo(t, `127.0.0.1:${one}`, `localhost:${two}`, "--keep-host");
  const headers = { host: "shop.test" };
  const answers = [await get(port, { headers }), await get(port, { headers })].map(({ body }) => body);
  assert.deepEqual(answers.sort(), ["one", "two shop.test"]);
});

test("WebSockets pass", async (t) => {
  const origin = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  t.after(() => origin.close());
  await once(origin, "listening");
  origin.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo ${String(data)}`)));
  const port = await startTo(t, `127.0.0.1:${(origin.address() as AddressInfo).port}`);
  const client = new WebSocket(`ws://127.0.0.1:${port}/chat`);
  t.after(() => client.terminate());
  await once(client, "open");
  client.send("hello");
  const [answer] = await once(client, "message");
  assert.equal(String(answer), "echo hello");
});

test("--print-config prints what runs: the proxy started with it does the same", async (t) => {
  const origin = await startNodeOrigin(t, sayWhat);
  const url = `http://127.0.0.1:${origin}/api/`;
  const printed = await SluiceCommand.run(t, "to", url, "--listen", "0", "--admin", "0", "--print-config");
  assert.deepEqual([printed.code, printed.stderr], [0, ""]);
  const sluice = await SluiceProcess.start(t, printed.stdout, ["--strict"]);
  assert.equal((await get(sluice.portOf("to"), { path: "/x" })).body, `127.0.0.1:${origin} /api/x`);
});

test("mistakes on the command line lead to the fix, with exit code 1", async (t) => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "to needs a URL: sluice to http://127.0.0.1:3000"],
    [["3000"], "'3000' is a port and no URL: write http://127.0.0.1:3000"],
    [["a/x", "b"], "a request goes to any of the URLs, so all have the same path, not '/x/' and '/'"],
    [["a", "--listen", "http"], "--listen is a port, or address:port, not 'http'"],
    [["a", "-c", "x.yaml"], "to takes URLs and no configuration; --print-config prints one to begin with"],
  ];
  const results = await Promise.all(cases.map(([args]) => SluiceCommand.run(t, "to", ...args)));
  for (const [index, result] of results.entries()) {
    const [args, message] = cases[index] as (typeof cases)[number];
    const stderr = `sluice: ${message}\nTry 'sluice --help'.\n`;
    assert.deepEqual(result, { code: 1, stdout: "", stderr }, args.join(" "));
  }
  const other = await SluiceCommand.run(t, "--listen", "1");
  assert.equal(other.stderr, "sluice: --listen is an option of 'sluice to'\nTry 'sluice --help'.\n");
});

test("sluice to --help is about that command", async (t) => {
  const { code, stdout } = await SluiceCommand.run(t, "to", "--help");
  assert.equal(code, 0);
  for (const text of ["usage: sluice to URL [URL...]", "--listen PORT", "--print-config"]) {
    assert.ok(stdout.includes(text), text);
  }
});
