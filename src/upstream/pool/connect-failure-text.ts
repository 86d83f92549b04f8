import { addressText, type IpAddress } from "../../network/address.js";
import type { SocketError } from "../../network/stream-socket.js";

/** What the C library says of the errors that connecting meets; Envoy prints these words. */
const TEXTS: { readonly [code: string]: string } = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ETIMEDOUT: "Connection timed out",
  EACCES: "Permission denied",
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  EMFILE: "Too many open files",
  ENFILE: "Too many open files in system",
};

/** Whether it is our own end of the connection that cannot be had. */
export function isBindError({ code }: SocketError): boolean {
  return code === "EADDRNOTAVAIL" || code === "EADDRINUSE";
}

/** The transport failure reason of a connection whose own end could not be had. */
export function bindFailureText(source: IpAddress, { code }: SocketError): string {
  return `failed to bind to ${addressText(source)}: ${TEXTS[code] ?? code}`;
}

/** The transport failure reason of a connect that failed; empty when the operating system gave none. */
export function connectFailureText(error: SocketError | null): string {
  if (error === null) return "";
  return `delayed connect error: ${TEXTS[error.code] ?? error.code}`;
}
