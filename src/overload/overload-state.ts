import type { RandomSource } from "../common/random.js";
import type { Counter, StatsScope } from "../stats/stat.js";
import { OVERLOAD_ACTION_NAMES, type OverloadActionName, type OverloadConfig } from "./overload-config.js";

/** An action that is wholly active. */
export const SATURATED = 0x4000_0000;

/** Bytes of the memory in which the main thread tells all workers what is to be done. */
export const OVERLOAD_STATE_BYTES = OVERLOAD_ACTION_NAMES.length * 4;

/** Where an action stands in that memory. */
export function actionSlot(name: OverloadActionName): number {
  return OVERLOAD_ACTION_NAMES.indexOf(name);
}

/** One action as a worker sees it: in its place a number from 0 to `SATURATED`, which is the share that it strikes. */
class ActionState {
  private readonly states: Int32Array;
  private readonly slot: number;
  private readonly random: RandomSource;
  /** Null for what is not counted. */
  private readonly count: Counter | null;

  constructor(states: Int32Array, name: OverloadActionName, random: RandomSource, stats: StatsScope) {
    this.states = states;
    this.slot = actionSlot(name);
    this.random = random;
    const isPoint = name.startsWith("envoy.load_shed_points.");
    this.count = isPoint ? stats.counter(`overload.${name}.shed_load_count`) : null;
  }

  /** Whether the action strikes now; asked once for what it may strike. */
  strikes(): boolean {
    const state = this.states[this.slot] as number;
    if (state === 0) return false;
    if (state !== SATURATED && this.random.below(SATURATED) >= state) return false;
    this.count?.inc();
    return true;
  }
}

/** What a worker does not do while the process is overloaded. One for a worker; none where nothing is configured. */
export class OverloadState {
  /** Null for what is not configured. */
  private readonly stopRequests: ActionState | null;
  private readonly decodeHeaders: ActionState | null;
  private readonly disableKeepalive: ActionState | null;
  private readonly stopConnections: ActionState | null;
  private readonly rejectConnections: ActionState | null;
  private readonly accept: ActionState | null;

  /** @param memory `OVERLOAD_STATE_BYTES`, written by the main thread */
  constructor(config: OverloadConfig, memory: SharedArrayBuffer, random: RandomSource, stats: StatsScope) {
    const states = new Int32Array(memory);
    const action = (name: OverloadActionName): ActionState | null =>
      config.actions.some((configured) => configured.name === name)
        ? new ActionState(states, name, random, stats)
        : null;
    this.stopRequests = action("envoy.overload_actions.stop_accepting_requests");
    this.decodeHeaders = action("envoy.load_shed_points.http_connection_manager_decode_headers");
    this.disableKeepalive = action("envoy.overload_actions.disable_http_keepalive");
    this.stopConnections = action("envoy.overload_actions.stop_accepting_connections");
    this.rejectConnections = action("envoy.overload_actions.reject_incoming_connections");
    this.accept = action("envoy.load_shed_points.tcp_listener_accept");
  }

  /** The request that has just come is refused. */
  refusesRequest(): boolean {
    return strikes(this.decodeHeaders) || strikes(this.stopRequests);
  }

  /** The connection is closed behind the response that begins now. */
  endsConnection(): boolean {
    return strikes(this.disableKeepalive);
  }

  /** The connection that was just accepted is closed without a look at it. */
  refusesConnection(): boolean {
    return strikes(this.accept) || strikes(this.rejectConnections) || strikes(this.stopConnections);
  }
}

function strikes(action: ActionState | null): boolean {
  return action?.strikes() === true;
}
