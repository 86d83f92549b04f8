import { isIP, SocketAddress } from "node:net";

/** An IP endpoint. `host` is a literal address without brackets. */
export interface IpAddress {
  readonly kind: "ip";
  readonly host: string;
  /** 0 to 65535; 0 asks the kernel for a free port when listening. */
  readonly port: number;
  /** Where else the same host may be reached at the port, tried in turn when connecting takes too long or fails. */
  readonly otherHosts?: readonly string[];
}

/** A Unix domain socket (`envoy.config.core.v3.Pipe`). */
export interface PipeAddress {
  readonly kind: "pipe";
  readonly path: string;
  /** Permissions of the file that a listener makes, such as 0o660; left out for what the process's mask gives. */
  readonly mode?: number;
}

/** Where a socket listens or connects to (`envoy.config.core.v3.Address`). Plain data: it crosses threads. */
export type Address = IpAddress | PipeAddress;

/** `127.0.0.1:80`, `[::1]:80`, or the path of a pipe: as Envoy prints addresses in logs, stats and headers. */
export function addressText(address: Address): string {
  if (address.kind === "pipe") return address.path;
  return `${hostText(address.host)}:${address.port}`;
}

/** The host part as it stands in an authority: IPv6 in brackets. */
export function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Reads what `addressText` writes of an IP endpoint; null for anything else. Addresses come in their usual form. */
export function parseIpAddress(text: string): IpAddress | null {
  const colon = text.lastIndexOf(":");
  const port = text.slice(colon + 1);
  if (colon < 1 || !PORT.test(port) || Number(port) > MAX_PORT) return null;
  const bracketed = text.startsWith("[") && text[colon - 1] === "]";
  const host = bracketed ? text.slice(1, colon - 1) : text.slice(0, colon);
  if (isIP(host) !== (bracketed ? 6 : 4)) return null;
  // What has a scope is an address of one machine only.
  if (host.includes("%")) return null;
  return { kind: "ip", host: bracketed ? usualForm(host) : host, port: Number(port) };
}

function usualForm(host: string): string {
  return new SocketAddress({ address: host, family: "ipv6" }).address;
}

const PORT = /^\d{1,5}$/;
const MAX_PORT = 65_535;

/** True for the addresses of the machine itself: 127.0.0.0/8 and ::1, mapped forms included. */
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host.startsWith("::ffff:127.");
}
