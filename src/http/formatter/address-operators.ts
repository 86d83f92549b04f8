import type { StreamInfo } from "../../stream-info/stream-info.js";
import { maskAddress } from "./address-mask.js";
import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

/** Reads an address such as `127.0.0.1:80`, `[::1]:80` or a pipe's path; empty when unknown. */
export type AddressReader = (info: StreamInfo) => string;

/** What the names of address operators start with: `X_ADDRESS`, `X_ADDRESS_WITHOUT_PORT`, `X_PORT`. */
export const ADDRESSES: Readonly<Record<string, AddressReader>> = {
  DOWNSTREAM_REMOTE: (info) => info.downstreamRemoteAddress,
  DOWNSTREAM_DIRECT_REMOTE: (info) => info.downstreamDirectRemoteAddress,
  DOWNSTREAM_LOCAL: (info) => info.downstreamLocalAddress,
  // Nothing rewrites the local address yet, as Envoy's PROXY protocol listener filter may.
  DOWNSTREAM_DIRECT_LOCAL: (info) => info.downstreamLocalAddress,
  UPSTREAM_LOCAL: (info) => info.upstreamLocalAddress,
  UPSTREAM_REMOTE: (info) => info.upstreamRemoteAddress,
};

/** `%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(MASK)%` and its kin; a pipe's path is printed whole. */
export class AddressWithoutPortOperator implements Operator {
  readonly numeric = false;
  private readonly read: AddressReader;
  /** Bits that are shown, null for all and no `/n` behind them. */
  private readonly prefixLength: number | null;

  constructor(read: AddressReader, params: string) {
    this.read = read;
    this.prefixLength = params === "" ? null : parsePrefixLength(params);
  }

  format(context: LogContext): string | null {
    const address = this.read(context.streamInfo);
    if (address === "") return null;
    const host = hostOf(address);
    return this.prefixLength === null ? host : maskAddress(host, this.prefixLength);
  }
}

/** `%DOWNSTREAM_REMOTE_PORT%` and its kin; absent for pipes. */
export class PortOperator implements Operator {
  readonly numeric = true;
  private readonly read: AddressReader;

  constructor(read: AddressReader) {
    this.read = read;
  }

  format(context: LogContext): string | null {
    const address = this.read(context.streamInfo);
    if (isPipe(address)) return null;
    const colon = address.lastIndexOf(":");
    return colon < 0 ? null : address.slice(colon + 1);
  }
}

function hostOf(address: string): string {
  if (isPipe(address)) return address;
  const colon = address.lastIndexOf(":");
  if (colon < 0) return address;
  return address.startsWith("[") ? address.slice(1, colon - 1) : address.slice(0, colon);
}

/** Pipes are absolute paths, or `@name` in the abstract namespace. */
function isPipe(address: string): boolean {
  return address.startsWith("/") || address.startsWith("@");
}

const PREFIX_LENGTH = /^\d{1,3}$/;

// control plane: runs when a format is compiled
function parsePrefixLength(params: string): number {
  const bits = PREFIX_LENGTH.test(params) ? Number(params) : Number.NaN;
  if (bits >= 0 && bits <= 128) return bits;
  throw new FormatError(`${JSON.stringify(params)} is not a mask prefix length (0 to 128)`, 0);
}
