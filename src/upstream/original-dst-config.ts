/** Where an `ORIGINAL_DST` cluster takes the address of a request's host from. Plain frozen data. */
export interface OriginalDstConfig {
  /** A header field in lower case; empty when none is asked. */
  readonly headerName: string;
  /** Dynamic metadata, asked before the header; null for none. */
  readonly metadataKey: { readonly namespace: string; readonly path: readonly string[] } | null;
  /** In place of the address's own port; null for none. */
  readonly portOverride: number | null;
  /** How often hosts that nobody uses any more are removed, milliseconds; more than 0, 5,000 by default. */
  readonly cleanupIntervalMs: number;
}
