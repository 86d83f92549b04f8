import http from "node:http";
import type { AddressInfo } from "node:net";

/** A small origin for the demo. Says who it is, echoes bodies, streams, and is slow or wrong on request. */
export async function startDemoUpstream(name: string): Promise<number> {
  const server = http.createServer((request, response) => answer(name, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}

function answer(name: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://upstream");
  response.setHeader("x-upstream", name);
  switch (url.pathname) {
    case "/echo":
      response.setHeader("content-type", request.headers["content-type"] ?? "application/octet-stream");
      request.pipe(response);
      return;
    case "/stream":
      streamTicks(response);
      return;
    case "/slow":
      setTimeout(() => response.end(`${name} took two seconds\n`), 2_000);
      return;
    default:
      request.resume();
      response.setHeader("content-type", "text/plain");
      response.statusCode = url.pathname.startsWith("/status/") ? Number(url.pathname.slice(8)) || 500 : 200;
      response.end(`hello from ${name}: ${request.method} ${request.url}\n`);
  }
}

function streamTicks(response: http.ServerResponse): void {
  response.setHeader("content-type", "text/plain");
  let ticks = 0;
  const timer = setInterval(() => {
    response.write(`tick ${++ticks}\n`);
    if (ticks === 5) {
      clearInterval(timer);
      response.end();
    }
  }, 300);
  response.on("close", () => clearInterval(timer));
}
