import { type Address, addressText } from "../../network/address.js";
import { addressJson } from "./address-json.js";
import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  FORMAT_PARAMETER,
  jsonResponse,
  okResponse,
  textResponse,
} from "./admin-endpoint.js";

/** A listener that is bound. */
export interface ListenerStatus {
  readonly name: string;
  /** Where it really listens (ports the kernel chose included): its address, then the additional ones. */
  readonly addresses: readonly [Address, ...Address[]];
}

/** What `/drain_listeners` asks for. */
export interface DrainRequest {
  /** Only listeners whose `traffic_direction` is INBOUND. */
  readonly inboundOnly: boolean;
  /** Keep accepting for the drain time before the listeners are closed. */
  readonly graceful: boolean;
  /** With `graceful`: leave the listeners open when the drain time is over. */
  readonly skipExit: boolean;
}

/** `/listeners`. */
export class ListenersEndpoint implements AdminEndpoint {
  readonly path = "/listeners";
  readonly help = "print listener info";
  readonly mutates = false;
  readonly parameters = [FORMAT_PARAMETER];
  private readonly listeners: () => readonly ListenerStatus[];

  constructor(listeners: () => readonly ListenerStatus[]) {
    this.listeners = listeners;
  }

  handle(request: AdminRequest): AdminResponse {
    const listeners = this.listeners();
    if (request.query.get("format") === "json") return jsonResponse({ listener_statuses: listeners.map(statusJson) });
    return textResponse(listeners.map(statusText).join(""));
  }
}

/** `/drain_listeners`. */
export class DrainListenersEndpoint implements AdminEndpoint {
  readonly path = "/drain_listeners";
  readonly help = "drain listeners";
  readonly mutates = true;
  readonly parameters = [
    { name: "graceful", help: "Keep accepting connections for the drain time, then close listeners", choices: [] },
    { name: "skip_exit", help: "Do not close listeners after the drain time; must be used with graceful", choices: [] },
    { name: "inboundonly", help: "Drain only listeners whose traffic_direction is INBOUND", choices: [] },
  ];
  private readonly drainListeners: (request: DrainRequest) => void;

  constructor(drainListeners: (request: DrainRequest) => void) {
    this.drainListeners = drainListeners;
  }

  handle({ query }: AdminRequest): AdminResponse {
    const graceful = query.has("graceful");
    const skipExit = query.has("skip_exit");
    if (skipExit && !graceful) return badRequest("skip_exit requires graceful");
    this.drainListeners({ inboundOnly: query.has("inboundonly"), graceful, skipExit });
    return okResponse();
  }
}

function statusText(listener: ListenerStatus): string {
  return listener.addresses.map((address) => `${listener.name}::${addressText(address)}\n`).join("");
}

function statusJson(listener: ListenerStatus): object {
  const [local, ...additional] = listener.addresses;
  const status = { name: listener.name, local_address: addressJson(local) };
  return additional.length === 0 ? status : { ...status, additional_local_addresses: additional.map(addressJson) };
}
