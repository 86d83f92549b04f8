import { isIP } from "node:net";
import type { RuntimeConfig } from "../../config/runtime-config.js";
import { type Address, addressText } from "../../network/address.js";
import type { ListenerConfig } from "../../network/listener-config.js";
import type { DryRunRequest } from "./dry-run.js";
import type { HeaderField } from "./http-head.js";

/** The request that is to be explained, as a person writes it. */
export interface ExplainRequest {
  readonly method: string;
  /** Absolute, or from the path on; the host then comes from a `host` header or the listener. */
  readonly url: string;
  /** `name: value` pairs in order. */
  readonly headers: readonly HeaderField[];
  readonly body: string;
  /** Empty: the one on the URL's port, or the only one. */
  readonly listener: string;
  /** The IP address that the request comes from; empty for this machine. */
  readonly client: string;
}

/** The request cannot be one; the message says why, and what to write instead. */
export class ExplainRequestError extends Error {
  override readonly name = "ExplainRequestError";
}

const CLIENT_PORT = 50_000;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN = /[\x00-\x20\x7f]|[^\x00-\xff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const FORBIDDEN_IN_VALUES = /[\x00-\x08\x0a-\x1f\x7f]/;
const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** `name: value`, as with curl. */
export function parseHeader(text: string): HeaderField {
  const colon = text.indexOf(":");
  if (colon <= 0) throw new ExplainRequestError(`a header is written 'name: value', not '${text}'`);
  return [text.slice(0, colon), text.slice(colon + 1).trim()];
}

/** What is sent, and the listener that gets it. Throws `ExplainRequestError`. */
export function resolveRequest(
  request: ExplainRequest,
  config: RuntimeConfig,
): { readonly listener: ListenerConfig; readonly sent: DryRunRequest } {
  const { method, url, body } = request;
  if (!TOKEN.test(method)) throw new ExplainRequestError(`'${method}' is no method`);
  if (FORBIDDEN.test(url)) {
    throw new ExplainRequestError(`'${url}' has a character that a URL encodes: write %20 for a blank`);
  }
  for (const field of request.headers) checkHeader(field);
  const target = targetOf(request);
  const listener = chooseListener(request.listener, target.port, config.listeners);
  const fields = request.headers.map(([name, value]): HeaderField => [name.toLowerCase(), latin1(value)]);
  const authority = target.authority === "" ? addressText(listener.address) : target.authority;
  const hasHost = fields.some(([name]) => name === "host");
  const sent = {
    method,
    target: method === "CONNECT" ? authority : target.path,
    fields: hasHost ? fields : ([["host", authority], ...fields] as const),
    body,
    ...connectionTo(listener.address, request.client),
  };
  return { listener, sent };
}

/** A client that has connected to a listener; one on all addresses is reached at loopback. */
function connectionTo(bound: Address, from: string): { readonly client: Address; readonly destination: Address } {
  const loopback = bound.kind === "ip" && bound.host.includes(":") ? "::1" : "127.0.0.1";
  if (from !== "" && isIP(from) === 0) throw new ExplainRequestError(`'${from}' is no IP address`);
  const client: Address = { kind: "ip", host: from === "" ? loopback : from, port: CLIENT_PORT };
  if (bound.kind === "pipe") return { client, destination: bound };
  const isAny = bound.host === "0.0.0.0" || bound.host === "::";
  return { client, destination: isAny ? { ...bound, host: loopback } : bound };
}

interface Target {
  /** Empty when the URL has none. */
  readonly authority: string;
  readonly path: string;
  readonly port: number | null;
}

function targetOf({ method, url }: ExplainRequest): Target {
  const absolute = ABSOLUTE.exec(url);
  if (absolute === null) {
    if (method === "CONNECT") return { authority: url, path: "", port: null };
    if (url.startsWith("/") || url === "*") return { authority: "", path: withoutFragment(url), port: null };
    throw new ExplainRequestError(`'${url}' is neither a URL nor a path: write http://HOST/PATH or /PATH`);
  }
  const [, scheme = "", authority = "", rest = ""] = absolute;
  const usualPort = USUAL_PORTS[scheme.toLowerCase()];
  if (usualPort === undefined) throw new ExplainRequestError(`'${url}': a URL begins with http:// or https://`);
  if (authority === "") throw new ExplainRequestError(`'${url}' names no host`);
  const port = /:(\d{1,5})$/.exec(authority)?.[1];
  return {
    authority,
    path: rest.startsWith("/") ? rest : `/${rest}`,
    port: port === undefined ? usualPort : Number(port),
  };
}

function withoutFragment(path: string): string {
  return path.split("#")[0] ?? path;
}

function checkHeader([name, value]: HeaderField): void {
  if (!TOKEN.test(name)) throw new ExplainRequestError(`'${name}' is no name of a header`);
  if (FORBIDDEN_IN_VALUES.test(value)) throw new ExplainRequestError(`the header ${name} has a control character`);
}

/** As a client writes it: UTF-8, each byte a character. */
function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function chooseListener(name: string, port: number | null, listeners: readonly ListenerConfig[]): ListenerConfig {
  const known = listeners.map((listener) => `${listener.name} (${addressText(listener.address)})`).join(", ");
  if (listeners.length === 0) throw new ExplainRequestError("the configuration has no listener");
  if (name !== "") {
    const named = listeners.find((listener) => listener.name === name);
    if (named === undefined) throw new ExplainRequestError(`there is no listener '${name}', but ${known}`);
    return named;
  }
  const onPort = listeners.find(({ address }) => address.kind === "ip" && address.port === port);
  if (onPort !== undefined) return onPort;
  const [only, ...others] = listeners;
  if (only !== undefined && others.length === 0) return only;
  const text = port === null ? "the URL names no port" : `no listener has port ${port}`;
  throw new ExplainRequestError(`${text}: name one of ${known} with --listener`);
}
