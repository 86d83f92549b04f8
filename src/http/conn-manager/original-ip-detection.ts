import { isIP } from "node:net";
import type { LocalReply } from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import type { HeaderMap } from "../headers/header-map.js";
import { forwardedAddress, isSingleAddress } from "./forwarded-address.js";

/** How a client's address is found that is not the connection's (`original_ip_detection_extensions`). */
export type OriginalIpDetectionConfig =
  /** `envoy.http.original_ip_detection.xff` */
  | { readonly kind: "xff"; readonly trustedHops: number }
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
  /** Null when there is none, or no valid one. */
  detect(headers: HeaderMap): string | null;
  /** Whether the address that was found may make the request an internal one. */
  trusts(headers: HeaderMap): boolean;
}

// control plane: once for a connection manager
export function buildIpDetectors(configs: readonly OriginalIpDetectionConfig[]): readonly OriginalIpDetector[] {
  return configs.map((config) =>
    config.kind === "xff" ? new XffDetector(config.trustedHops) : new CustomHeaderDetector(config),
  );
}

/** The proxies before us have written who the client is. */
class XffDetector implements OriginalIpDetector {
  readonly refusal = null;
  private readonly fromRight: number;

  constructor(trustedHops: number) {
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

class CustomHeaderDetector implements OriginalIpDetector {
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
