import { createRequire } from "node:module";
import type { MessageKind, ParsedMessage } from "./message-log.js";

/*
 * Node's own HTTP parser (llhttp), as `node:http` uses it: another reading of the same bytes. It is not public, so its
 * shape is written down here.
 */

interface NodeHttpParser {
  initialize(type: number, resource: object): void;
  execute(data: Buffer): number | Error;
  [callback: number]: (...args: never[]) => unknown;
}

interface NodeHttpParserClass {
  new (): NodeHttpParser;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser, methods } = createRequire(import.meta.url)("node:_http_common") as {
  readonly HTTPParser: NodeHttpParserClass;
  readonly methods: readonly string[];
};

/** What Node makes of the bytes, up to where it refuses them. */
export function parseWithNode(kind: MessageKind, text: string): ParsedMessage[] {
  const messages: ParsedMessage[] = [];
  const parser = new HTTPParser();
  parser.initialize(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    _fields: string[],
    method: number,
    url: string,
    status: number,
  ): number => {
    const name = kind === "request" ? (methods[method] ?? "") : "";
    messages.push({ method: name, target: url ?? "", status: status ?? 0, body: "", complete: false, headers: null });
    return 0;
  };
  parser[HTTPParser.kOnBody] = (data: Buffer): void => {
    (messages.at(-1) as ParsedMessage).body += data.toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete] = (): void => {
    (messages.at(-1) as ParsedMessage).complete = true;
  };
  parser.execute(Buffer.from(text, "latin1"));
  return messages;
}
