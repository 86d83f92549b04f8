import { responseFlagBit } from "../../stream-info/response-flag.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { LocalReply } from "../filter/filter.js";
import type { ConnectionManagerContext } from "./connection-manager-context.js";

/** The answer to a request that comes while there is too much to do; null when there is not. */
export function overloadRefusal(context: ConnectionManagerContext, info: StreamInfo): LocalReply | null {
  if (context.overload?.refusesRequest() !== true) return null;
  context.stats.rqOverloadClose.inc();
  info.setResponseFlag(OVERLOAD_MANAGER);
  const headers = context.config.appendLocalOverload ? LOCAL_OVERLOAD : NO_HEADERS;
  return { status: 503, body: "envoy overloaded", details: "overload", headers };
}

const NO_HEADERS: readonly string[] = [];
const LOCAL_OVERLOAD: readonly string[] = ["x-envoy-local-overloaded", "true"];
const OVERLOAD_MANAGER = responseFlagBit("OM");
