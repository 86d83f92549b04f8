import { isIP } from "node:net";
import { UsageError } from "../command-line.js";

/** Where `sluice to` sends requests. */
export interface Target {
  /** An IP address, IPv6 without brackets, or a name. */
  readonly host: string;
  readonly port: number;
  /** As a `host` header says it: the port only when it is not the usual one. */
  readonly authority: string;
  /** What is put before the paths of requests: empty, or with a slash first and none last. */
  readonly pathPrefix: string;
}

const HTTP_PORT = 80;
const MAX_PORT = 65_535;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
/** Something that `URL` would take for a host, and its user for a port. */
const PORT_ALONE = /^:?(\d+)$/;
/** `http:/host`, `http:host`: `URL` repairs them, or takes the scheme for the host. */
const HALF_SCHEME = /^(?:https?|wss?):\/?(?!\/)/i;
/** What `URL` takes away, or for a slash, in silence. */
const NOT_IN_URLS = /[\s\p{Cc}\\]/u;

/** Reads one URL of the command line; `http://` may be left out. Throws `UsageError` with what to write instead. */
export function parseTarget(text: string): Target {
  const port = PORT_ALONE.exec(text)?.[1];
  if (port !== undefined) throw new UsageError(`'${text}' is a port and no URL: write http://127.0.0.1:${port}`);
  if (NOT_IN_URLS.test(text)) {
    throw new UsageError(`'${text}' has a blank, a backslash or a control character in it, which no URL has`);
  }
  if (HALF_SCHEME.test(text)) throw new UsageError(`'${text}': write http://${text.replace(HALF_SCHEME, "")}`);
  checkScheme(text);
  const url = parseUrl(SCHEME.test(text) ? text : `http://${text}`, text);
  refuseExtras(url, text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    host,
    port: url.port === "" ? HTTP_PORT : Number(url.port),
    authority: url.host,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
  };
}

function checkScheme(text: string): void {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  const rest = text.replace(SCHEME, "");
  switch (scheme) {
    case undefined:
    case "http":
      return;
    case "https":
    case "wss":
      throw new UsageError(
        `'${text}': TLS to upstream hosts is not implemented by Sluice yet; http://${rest} if the host answers without`,
      );
    case "ws":
      throw new UsageError(`'${text}': WebSockets begin as HTTP requests: write http://${rest}`);
    default:
      throw new UsageError(`'${text}': a URL begins with http://, not ${scheme}://`);
  }
}

function parseUrl(urlText: string, text: string): URL {
  try {
    return new URL(urlText);
  } catch (error) {
    throw new UsageError(mistakeIn(urlText, text), { cause: error });
  }
}

/** What `URL` does not say: why it does not take a text. */
function mistakeIn(urlText: string, text: string): string {
  const authority = urlText.slice("http://".length).split(/[/?#]/)[0] ?? "";
  if (isIP(authority) === 6) return `'${text}': an IPv6 address stands in brackets: http://[${authority}]:PORT`;
  if (authority === "" || authority.startsWith(":")) return `'${text}' names no host: write http://HOST:PORT`;
  const port = /:([^:\]]*)$/.exec(authority)?.[1];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= MAX_PORT)) {
    return `'${text}': the port is a number from 1 to ${MAX_PORT}, not '${port}'`;
  }
  return `'${text}' is not a URL: write http://HOST:PORT`;
}

function refuseExtras(url: URL, text: string): void {
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(`'${text}': a user and password cannot be passed on; leave out what stands before the @`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw new UsageError(`'${text}': the query of a request is the client's; leave out what stands after the path`);
  }
  if (url.port === "0") throw new UsageError(`'${text}': the port is a number from 1 to ${MAX_PORT}, not '0'`);
}

/** An address to listen on: `8080`, `0.0.0.0:8080`, `[::1]:8080`. A port alone is one of this machine only. */
export function parseListen(option: string, text: string): { readonly address: string; readonly port: number } {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? "127.0.0.1";
  const address = host.replace(/^\[(.*)\]$/, "$1");
  const port = Number(match?.[2]);
  if (match === null || port > MAX_PORT) {
    throw new UsageError(`--${option} is a port, or address:port, not '${text}'`);
  }
  if (host === "localhost") return { address: "127.0.0.1", port };
  const isBracketed = host !== address;
  if (isIP(address) === 0 || isBracketed !== (isIP(address) === 6)) {
    const advice = isIP(text) === 6 ? `[${text}]:PORT` : "127.0.0.1, 0.0.0.0 for all, or [::1]";
    throw new UsageError(`--${option} '${text}': '${host}' is not an address of this machine; write ${advice}`);
  }
  return { address, port };
}
