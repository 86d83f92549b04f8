// node http-proxy.mjs <listen port> <upstream port> <connections>
//
// As its README begins: without an agent, http-proxy opens a connection to the upstream for each request.
import http from "node:http";
import httpProxy from "http-proxy";

const [listenPort, upstreamPort] = process.argv.slice(2).map(Number);
const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${upstreamPort}` });
proxy.on("error", (error, _request, response) => {
  response.writeHead(502).end(error.message);
});
http.createServer((request, response) => proxy.web(request, response)).listen(listenPort, "127.0.0.1");
