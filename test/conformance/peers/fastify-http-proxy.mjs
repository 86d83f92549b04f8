// node fastify-http-proxy.mjs <listen port> <origin port>
import proxy from "@fastify/http-proxy";
import Fastify from "fastify";

const [listenPort, originPort] = process.argv.slice(2).map(Number);
const app = Fastify({ logger: false });
app.register(proxy, {
  upstream: `http://127.0.0.1:${originPort}`,
  websocket: true,
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => ({ ...headers, host: request.headers.host }),
  },
});
await app.listen({ port: listenPort, host: "127.0.0.1" });
