/*
 * What configuration says of being overloaded (`envoy.config.overload.v3.OverloadManager`). Plain frozen data. A pressure
 * is a share: 0 is idle, 1 is all there is.
 */

export interface OverloadConfig {
  /** How often the monitors look, milliseconds. */
  readonly refreshIntervalMs: number;
  readonly monitors: readonly ResourceMonitorConfig[];
  /** Each action at most once. */
  readonly actions: readonly OverloadActionConfig[];
}

/** A resource that can run out. `name` is what triggers call it and the root of its stats. */
export type ResourceMonitorConfig =
  | { readonly kind: "fixedHeap"; readonly name: string; readonly maxBytes: number }
  | { readonly kind: "injected"; readonly name: string; readonly path: string }
  | { readonly kind: "downstreamConnections"; readonly name: string; readonly maxConnections: number };

/** What is done, or no longer done, under load; by the names of Envoy's actions and load shed points. */
export type OverloadActionName = (typeof OVERLOAD_ACTION_NAMES)[number];

export const OVERLOAD_ACTION_NAMES = [
  "envoy.overload_actions.stop_accepting_requests",
  "envoy.overload_actions.disable_http_keepalive",
  "envoy.overload_actions.stop_accepting_connections",
  "envoy.overload_actions.reject_incoming_connections",
  "envoy.load_shed_points.tcp_listener_accept",
  "envoy.load_shed_points.http_connection_manager_decode_headers",
] as const;

export interface OverloadActionConfig {
  readonly name: OverloadActionName;
  /** The strongest one counts. */
  readonly triggers: readonly OverloadTriggerConfig[];
}

/** How far a pressure makes an action active: not at all below `from`, wholly from `to` on, in proportion between. */
export interface OverloadTriggerConfig {
  /** Name of the monitor. */
  readonly resource: string;
  readonly from: number;
  /** The same as `from` for a threshold. */
  readonly to: number;
}
