import { type CommandLine, UsageError } from "./command-line.js";

const DEFAULT_ADMIN = "127.0.0.1:9901";

/**
 * `sluice flow [STREAM] [ADMIN]`: asks a running proxy's admin what happened to a request, or to the last ones. Returns the
 * exit code.
 */
export async function flow(_commandLine: CommandLine, args: readonly string[]): Promise<number> {
  const stream = args.find((arg) => /^\d+$/.test(arg));
  const admin = args.find((arg) => arg.includes(":")) ?? DEFAULT_ADMIN;
  if (args.length > (stream === undefined ? 0 : 1) + (args.includes(admin) ? 1 : 0)) {
    throw new UsageError("flow takes a stream's number and the admin's address, host:port");
  }
  const query = stream === undefined ? "" : `?stream=${stream}`;
  try {
    const response = await fetch(`http://${admin}/flow${query}`);
    process.stdout.write(await response.text());
    return response.ok ? 0 : 1;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    process.stderr.write(`sluice: no admin answers at ${admin}: ${cause}\n`);
    return 1;
  }
}
