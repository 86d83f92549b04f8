import { LB_METADATA } from "../../common/metadata.js";
import { utf8Bytes } from "../../common/xx-hash64.js";
import type { Host } from "../host.js";

/** What places a host on a ring or in a table: `envoy.lb` metadata's `hash_key`, its hostname, or its address. */
export function hashKeyOf(host: Host, useHostname: boolean): string {
  const configured = host.metadata[LB_METADATA]?.hash_key;
  if (typeof configured === "string" && configured !== "") return utf8Bytes(configured);
  return utf8Bytes(useHostname ? host.hostname : host.addressText);
}
