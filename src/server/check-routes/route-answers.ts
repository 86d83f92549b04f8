import { Runtime, RuntimeFraction, type RuntimeFractionConfig, type RuntimeValues } from "../../common/runtime.js";
import type { RouteTestRequest, TextAnswer } from "../../config/route-tests.js";
import { directReply } from "../../http/filters/router/direct-reply.js";
import { rewriteRequest } from "../../http/filters/router/request-rewrite.js";
import { utf8Bytes } from "../../http/formatter/byte-text.js";
import type { HeaderMap } from "../../http/headers/header-map.js";
import type { DirectResponse } from "../../route/direct-response.js";
import type { ForwardAction } from "../../route/forward-action.js";
import { applyRuleLists } from "../../route/header-rules.js";
import { type RedirectAction, requestUrl } from "../../route/redirect.js";
import type { Route } from "../../route/route.js";
import type { RouteConfig } from "../../route/route-config.js";
import { type RouteExplanation, RouteTable } from "../../route/route-table.js";
import { NO_STATS } from "../../stats/no-stats.js";
import { AskedRequest } from "./asked-request.js";

/** What a route table makes of a request. */
export interface RouteAnswer {
  readonly explanation: RouteExplanation;
  /** Empty for what there is not. */
  readonly texts: Readonly<Record<TextAnswer, string>>;
  /** The cluster's, for routes that forward; empty for others. */
  readonly cluster: string;
  /** Null for a route that forwards. */
  readonly redirectCode: number | null;
  /** Null for a route that does not forward. */
  readonly timeoutMs: number | null;
  /** As they go upstream. */
  readonly requestHeaders: HeaderMap;
  /** As they go to the client. */
  readonly responseHeaders: HeaderMap;
}

/** Asks a route table, and rewrites requests as the router does, without sending anything. */
export class RouteAnswers {
  private readonly config: RouteConfig;
  private readonly values: RuntimeValues;
  /** A table for each runtime key that is on. */
  private readonly tables = new Map<string, RouteTable>();

  constructor(config: RouteConfig, values: RuntimeValues) {
    this.config = config;
    this.values = values;
  }

  answer(input: RouteTestRequest): RouteAnswer {
    const request = new AskedRequest(input);
    const explanation = this.tableFor(input.runtimeKey).explain(request);
    const { route } = explanation;
    if (route === null) return answerOf(explanation, request, NOTHING);
    route.onChosen(request.streamInfo, request.requestHeaders);
    const { action } = route;
    switch (action.kind) {
      case "forward":
        return forwarded(explanation, route, action, request);
      case "redirect":
      case "directResponse":
        return answered(explanation, route, action, request);
      case "nonForwarding":
        return answerOf(explanation, request, NOTHING);
    }
  }

  private tableFor(runtimeKey: string): RouteTable {
    let table = this.tables.get(runtimeKey);
    if (table === undefined) {
      const runtime = new CheckedRuntime(this.values, runtimeKey);
      table = new RouteTable(this.config, { runtime, stats: NO_STATS });
      this.tables.set(runtimeKey, table);
    }
    return table;
  }
}

const NOTHING = {
  texts: {
    cluster_name: "",
    virtual_cluster_name: "",
    virtual_host_name: "",
    path_rewrite: "",
    host_rewrite: "",
    path_redirect: "",
  },
  cluster: "",
  redirectCode: null,
  timeoutMs: null,
};

function answerOf(
  explanation: RouteExplanation,
  { requestHeaders, responseHeaders }: AskedRequest,
  answer: Pick<RouteAnswer, "texts" | "cluster" | "redirectCode" | "timeoutMs">,
): RouteAnswer {
  return { ...answer, explanation, requestHeaders, responseHeaders };
}

function forwarded(
  explanation: RouteExplanation,
  route: Route,
  action: ForwardAction,
  request: AskedRequest,
): RouteAnswer {
  const { requestHeaders, responseHeaders, streamInfo } = request;
  const cluster = action.cluster(requestHeaders);
  const refusal = rewriteRequest(requestHeaders, route, action, request, false);
  setStatus(request, refusal === null ? 200 : refusal.status);
  if (route.responseRules !== null) applyRuleLists(route.responseRules, responseHeaders, request);
  const texts = {
    ...NOTHING.texts,
    cluster_name: cluster,
    virtual_cluster_name: streamInfo.virtualCluster?.name ?? "",
    virtual_host_name: route.virtualHost.name,
    path_rewrite: refusal === null ? requestHeaders.path : "",
    host_rewrite: refusal === null ? requestHeaders.authority : "",
  };
  return answerOf(explanation, request, { texts, cluster, redirectCode: null, timeoutMs: action.config.timeoutMs });
}

/**
 * As Envoy's tool does, the headers of the body come before the rules: a rule that appends to `content-type` finds one. A
 * running proxy, of either kind, has none there yet.
 */
function answered(
  explanation: RouteExplanation,
  route: Route,
  action: RedirectAction | DirectResponse,
  request: AskedRequest,
): RouteAnswer {
  const { requestHeaders, responseHeaders } = request;
  const reply = directReply(route, action, request);
  setStatus(request, reply.status);
  for (let i = 0; i < reply.headers.length; i += 2) {
    responseHeaders.set(reply.headers[i] as string, reply.headers[i + 1] as string);
  }
  if (reply.body !== "") {
    responseHeaders.set("content-length", String(utf8Bytes(reply.body).length));
    if (!responseHeaders.has("content-type")) responseHeaders.set("content-type", "text/plain");
  }
  const url = action.kind === "redirect" ? (responseHeaders.get("location") ?? "") : requestUrl(requestHeaders);
  if (route.responseRules !== null) applyRuleLists(route.responseRules, responseHeaders, request);
  const texts = { ...NOTHING.texts, path_redirect: url };
  return answerOf(explanation, request, { texts, cluster: "", redirectCode: reply.status, timeoutMs: null });
}

function setStatus({ responseHeaders, streamInfo }: AskedRequest, status: number): void {
  responseHeaders.status = status;
  streamInfo.responseCode = status;
}

/** Of shares with a key only those of one key are on: what a test does not name does not decide it. */
class CheckedRuntime extends Runtime {
  private readonly activeKey: string;

  constructor(values: RuntimeValues, activeKey: string) {
    super(values);
    this.activeKey = activeKey;
  }

  override fraction({ runtimeKey, defaultValue }: RuntimeFractionConfig): RuntimeFraction {
    const isOff = runtimeKey !== "" && runtimeKey !== this.activeKey;
    return new RuntimeFraction(isOff ? { ...defaultValue, numerator: 0 } : defaultValue);
  }
}
