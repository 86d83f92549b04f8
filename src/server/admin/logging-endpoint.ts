import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  okResponse,
  textResponse,
} from "./admin-endpoint.js";

/** Envoy's levels, as `--log-level` takes them. */
export const LOG_LEVELS = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The loggers of the process, which the server finds by name. */
export interface LoggingControl {
  /** Name and level of each, in the order they are shown. */
  levels(): ReadonlyMap<string, LogLevel>;
  /** @param name one of `levels()`. */
  setLevel(name: string, level: LogLevel): void;
}

/** `/logging`: shows the loggers' levels, after changing them when there is one of the parameters. */
export class LoggingEndpoint implements AdminEndpoint {
  readonly path = "/logging";
  readonly help = "query/change logging levels";
  readonly mutates = true;
  readonly parameters = [
    { name: "paths", help: "Change several levels: <logger>:<level>,<logger>:<level>", choices: null },
    { name: "level", help: "Change all loggers to this level", choices: LOG_LEVELS },
  ];
  private readonly logging: LoggingControl;

  constructor(logging: LoggingControl) {
    this.logging = logging;
  }

  handle(request: AdminRequest): AdminResponse {
    const changes = this.changes([...request.query]);
    if (typeof changes === "string") return textResponse(`error: ${changes}\n\n${USAGE}${this.levelsText()}`, 400);
    for (const [name, level] of changes) this.logging.setLevel(name, level);
    return textResponse(this.levelsText());
  }

  /** What the request wants changed, all of it valid; or what is wrong with it. */
  private changes(parameters: [string, string][]): ReadonlyMap<string, LogLevel> | string {
    const [first, second] = parameters;
    if (first === undefined) return new Map();
    if (second !== undefined) return "invalid number of parameters";
    const names = [...this.logging.levels().keys()];
    const [key, value] = first;
    if (key === "level") return parseChanges(names.map((name) => [name, value]));
    const wanted = key === "paths" ? splitPaths(value) : [first];
    if (wanted.some(([name]) => !names.includes(name))) return "unknown logger name";
    return parseChanges(wanted);
  }

  private levelsText(): string {
    const lines = [...this.logging.levels()].map(([name, level]) => `  ${name}: ${level}\n`);
    return `active loggers:\n${lines.join("")}\n`;
  }
}

/** `/reopen_logs`. */
export class ReopenLogsEndpoint implements AdminEndpoint {
  readonly path = "/reopen_logs";
  readonly help = "reopen access logs";
  readonly mutates = true;
  readonly parameters = [];
  private readonly reopenLogs: () => void | Promise<void>;

  constructor(reopenLogs: () => void | Promise<void>) {
    this.reopenLogs = reopenLogs;
  }

  async handle(): Promise<AdminResponse> {
    await this.reopenLogs();
    return okResponse();
  }
}

const USAGE = `usage: /logging?<name>=<level> (change single level)
usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)
usage: /logging?level=<level> (change all levels)
levels: ${LOG_LEVELS.join(" ")}
`;

function splitPaths(paths: string): [string, string][] {
  const pairs = paths.split(",").filter((pair) => pair.trim() !== "");
  return pairs.map((pair) => {
    const colon = pair.indexOf(":");
    return colon === -1 ? [pair.trim(), ""] : [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
  });
}

function parseChanges(wanted: readonly [string, string][]): ReadonlyMap<string, LogLevel> | string {
  const changes = new Map<string, LogLevel>();
  for (const [name, text] of wanted) {
    const level = LOG_LEVELS.find((known) => known === text);
    if (level === undefined) return "unknown logger level";
    changes.set(name, level);
  }
  return changes;
}
