import type { Hash64 } from "../../common/hash64.js";
import type { Host } from "../host.js";

/** Leads hashes to hosts, the same hash to the same host. Made anew when hosts change. */
export interface HashTable {
  /**
   * Null when there are no hosts.
   * @param attempt 0 for the host that the hash belongs to, above it for others
   */
  choose(hash: Hash64, attempt: number): Host | null;
}
