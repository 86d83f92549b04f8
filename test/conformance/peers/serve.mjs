// What the peers have in common: `node <peer>.mjs <listen port> <origin port>`.
import http from "node:http";

const [listenPort, originPort] = process.argv.slice(2).map(Number);

/** Connections to the origin are kept, as whoever cares about their speed would have it. */
export const options = {
  target: `http://127.0.0.1:${originPort}`,
  agent: new http.Agent({ keepAlive: true }),
  ws: true,
};

/** An origin that fails: 502 where one can still be sent. The response of an upgrade is its socket. */
export function answerError(_error, _request, response) {
  if (typeof response?.writeHead !== "function") response?.destroy();
  else if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
}

export function serve(onRequest, onUpgrade) {
  http.createServer(onRequest).on("upgrade", onUpgrade).listen(listenPort, "127.0.0.1");
}
