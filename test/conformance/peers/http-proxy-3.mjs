// node http-proxy-3.mjs <listen port> <origin port>
import http from "node:http";
import { createProxyServer } from "http-proxy-3";

const [listenPort, originPort] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true });
const proxy = createProxyServer({ target: `http://127.0.0.1:${originPort}`, agent, ws: true });
proxy.on("error", (_error, _request, response) => {
  if (typeof response?.writeHead !== "function") response?.destroy();
  else if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});
const server = http.createServer((request, response) => {
  proxy.web(request, response);
});
server.on("upgrade", (request, socket, head) => {
  proxy.ws(request, socket, head);
});
server.listen(listenPort, "127.0.0.1");
