import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import type { CleanUp } from "./clean-up.js";

/** Listens with the shortest queue there is, says its port, and is stopped from outside. */
const PROGRAM = `
const server = require("node:net").createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.stdout.write(server.address().port + "\\n"));
`;
/** Connections that do not stand by then never will. */
const CONNECT_MS = 300;
const MOST_FILLERS = 20;

/**
 * The port of a process that has been stopped, and whose queue of connections is full: connects to it are neither
 * accepted nor refused, as those to a machine that is gone.
 */
export async function startStalledServer(t: CleanUp): Promise<number> {
  const child = spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => {
    child.kill("SIGKILL");
  });
  const port = await portOf(child);
  child.kill("SIGSTOP");
  for (let fillers = 0; fillers < MOST_FILLERS; fillers++) {
    const filler = net.connect(port, "127.0.0.1");
    filler.on("error", () => {});
    t.after(() => {
      filler.destroy();
    });
    if (!(await connects(filler))) return port;
  }
  throw new Error(`the queue of port ${port} takes more than ${MOST_FILLERS} connections`);
}

async function portOf(child: ChildProcess): Promise<number> {
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, "data")) as [Buffer];
  return Number(line.toString());
}

function connects(socket: net.Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_MS);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
