import http from "node:http";
import type { AddressInfo } from "node:net";
import type { CleanUp } from "./clean-up.js";

/** An origin server on Node's own HTTP, for bodies that are too big to script. Resolves to its port. */
export async function startNodeOrigin(t: CleanUp, listener: http.RequestListener): Promise<number> {
  const server = http.createServer(listener);
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
