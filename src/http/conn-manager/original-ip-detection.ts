import { isIP } from "node:net";
import { CidrSet } from "../../network/cidr.js";
import type { CidrRange } from "../../network/listener-config.js";
import type { LocalReply } from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import type { HeaderMap } from "../headers/header-map.js";
import { addressBeforeProxies, firstEntry, forwardedAddress, isSingleAddress } from "./forwarded-address.js";

/** How a client's address is found that is not the connection's (`original_ip_detection_extensions`). */
export type OriginalIpDetectionConfig =
  /** `envoy.http.original_ip_detection.xff` */
  | {
      readonly kind: "xff";
      readonly trustedHops: number;
      /** The connection's peer is appended to `x-forwarded-for` (`skip_xff_append: false`). */
      readonly appendsPeer: boolean;
    }
  /** The same with `xff_trusted_cidrs`: not a number of proxies but their addresses. */
  | { readonly kind: "trustedProxies"; readonly proxies: readonly CidrRange[]; readonly appendsPeer: boolean }
  /** `envoy.http.original_ip_detection.custom_header` */
  | {
      readonly kind: "customHeader";
      /** Lower case. */
      readonly headerName: string;
      /** Such an address may make the request an internal one. */
      readonly trusted: boolean;
      /** Status of the answer to a request without address; 0 lets it pass. */
      readonly rejectStatus: number;
    };

/** Finds the address of the client in a request. One for all requests of a connection manager. */
export interface OriginalIpDetector {
  /** What a request is answered in which nothing was found; null goes on with the next detector. */
  readonly refusal: LocalReply | null;
  /** What was asked tells of one hop less than there are: the peer is to be appended. */
  readonly appendsPeer: boolean;
  /** Null when there is none, or no valid one. @param peerHost who sent the request; empty for a Unix domain socket */
  detect(headers: HeaderMap, peerHost: string): string | null;
  /** Whether the address that was found, `host`, may make the request an internal one. */
  trusts(headers: HeaderMap, host: string): boolean;
}

// control plane: once for a connection manager
export function buildIpDetectors(configs: readonly OriginalIpDetectionConfig[]): readonly OriginalIpDetector[] {
  return configs.map(buildIpDetector);
}

function buildIpDetector(config: OriginalIpDetectionConfig): OriginalIpDetector {
  switch (config.kind) {
    case "xff":
      return new XffDetector(config.trustedHops, config.appendsPeer);
    case "trustedProxies":
      return new TrustedProxyDetector(new CidrSet(config.proxies), config.appendsPeer);
    case "customHeader":
      return new CustomHeaderDetector(config);
  }
}

/** The proxies before us have written who the client is. */
class XffDetector implements OriginalIpDetector {
  readonly refusal = null;
  readonly appendsPeer: boolean;
  private readonly fromRight: number;

  constructor(trustedHops: number, appendsPeer: boolean) {
    this.appendsPeer = appendsPeer;
    this.fromRight = trustedHops + 1;
  }

  detect(headers: HeaderMap): string | null {
    const value = headers.getJoined("x-forwarded-for");
    return value === null ? null : forwardedAddress(value, this.fromRight);
  }

  /** One that stands beside others may have been written by anyone. */
  trusts(headers: HeaderMap): boolean {
    return isSingleAddress(headers.getJoined("x-forwarded-for") ?? "");
  }
}

/** Only proxies that are known are believed, and what they say of each other. */
class TrustedProxyDetector implements OriginalIpDetector {
  readonly refusal = null;
  readonly appendsPeer: boolean;
  private readonly proxies: CidrSet;

  constructor(proxies: CidrSet, appendsPeer: boolean) {
    this.proxies = proxies;
    this.appendsPeer = appendsPeer;
  }

  detect(headers: HeaderMap, peerHost: string): string | null {
    const value = headers.getJoined("x-forwarded-for");
    return value === null || !this.proxies.contains(peerHost) ? null : addressBeforeProxies(value, this.proxies);
  }

  /** Nobody who is not a trusted proxy has written anything then. */
  trusts(headers: HeaderMap, host: string): boolean {
    return firstEntry(headers.getJoined("x-forwarded-for") ?? "") === host;
  }
}

class CustomHeaderDetector implements OriginalIpDetector {
  readonly appendsPeer = false;
  readonly refusal: LocalReply | null;
  private readonly headerName: string;
  private readonly trusted: boolean;

  constructor(config: OriginalIpDetectionConfig & { readonly kind: "customHeader" }) {
    this.headerName = config.headerName;
    this.trusted = config.trusted;
    this.refusal =
      config.rejectStatus === 0 ? null : emptyReply(config.rejectStatus, "rejecting_because_detection_failed");
  }

  detect(headers: HeaderMap): string | null {
    const value = headers.get(this.headerName);
    return value === null || isIP(value) === 0 ? null : value;
  }

  trusts(): boolean {
    return this.trusted;
  }
}
