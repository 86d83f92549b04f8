/** An IP endpoint. `host` is a literal address without brackets. */
export interface IpAddress {
  readonly kind: "ip";
  readonly host: string;
  /** 0 to 65535; 0 asks the kernel for a free port when listening. */
  readonly port: number;
}

/** A Unix domain socket (`envoy.config.core.v3.Pipe`). */
export interface PipeAddress {
  readonly kind: "pipe";
  readonly path: string;
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

/** True for the addresses of the machine itself: 127.0.0.0/8 and ::1, mapped forms included. */
export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1" || host.startsWith("::ffff:127.");
}
