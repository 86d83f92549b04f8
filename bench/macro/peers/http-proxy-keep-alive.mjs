// node http-proxy-keep-alive.mjs <listen port> <upstream port> <connections>
//
// http-proxy with an agent that keeps connections to the upstream, which its users have to find out about.
import http from "node:http";
import httpProxy from "http-proxy";

const [listenPort, upstreamPort, connections] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: connections * 2 });
const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${upstreamPort}`, agent });
proxy.on("error", (error, _request, response) => {
  response.writeHead(502).end(error.message);
});
http.createServer((request, response) => proxy.web(request, response)).listen(listenPort, "127.0.0.1");
