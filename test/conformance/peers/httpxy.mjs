// node httpxy.mjs <listen port> <origin port>
import http from "node:http";
import { createProxyServer } from "httpxy";

const [listenPort, originPort] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true });
const proxy = createProxyServer({ target: `http://127.0.0.1:${originPort}`, agent, ws: true });
proxy.on("error", (_error, _request, response) => {
  if (typeof response?.writeHead !== "function") response?.destroy();
  else if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
});
const server = http.createServer((request, response) => {
  void proxy.web(request, response).catch(() => response.destroy());
});
server.on("upgrade", (request, socket, head) => {
  void proxy.ws(request, socket, {}, head).catch(() => socket.destroy());
});
server.listen(listenPort, "127.0.0.1");
