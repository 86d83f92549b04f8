// node http-proxy-middleware.mjs <listen port> <origin port>
import http from "node:http";
import { createProxyMiddleware } from "http-proxy-middleware";

const [listenPort, originPort] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true });
const middleware = createProxyMiddleware({ target: `http://127.0.0.1:${originPort}`, agent, ws: true });
const server = http.createServer((request, response) => {
  void middleware(request, response, () => response.writeHead(404).end());
});
server.on("upgrade", middleware.upgrade);
server.listen(listenPort, "127.0.0.1");
