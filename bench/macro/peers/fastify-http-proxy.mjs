// node fastify-http-proxy.mjs <listen port> <upstream port> <connections>
import proxy from "@fastify/http-proxy";
import Fastify from "fastify";

const [listenPort, upstreamPort, connections] = process.argv.slice(2).map(Number);
const app = Fastify({ logger: false });
app.register(proxy, {
  upstream: `http://127.0.0.1:${upstreamPort}`,
  undici: { connections: connections * 2, pipelining: 1 },
});
await app.listen({ port: listenPort, host: "127.0.0.1" });
