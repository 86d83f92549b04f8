import type { MatcherTree } from "../../matching/matcher-tree.js";
import { compileMatcherTree } from "../../matching/matcher-tree.js";
import type { MatcherTreeConfig } from "../../matching/matcher-tree-config.js";
import { MatchInput, type RouteRequest } from "../../route/match-input.js";
import type { RequestInputConfig } from "../../route/request-input-config.js";
import { compileRequestInput } from "../../route/request-inputs.js";

/** What becomes of `x-forwarded-client-cert` (`forward_client_cert_details`). */
export type ForwardClientCert = "sanitize" | "forwardOnly" | "appendForward" | "sanitizeSet" | "alwaysForwardOnly";

/** `forward_client_cert_matcher` as plain data. */
export type ClientCertMatcherConfig = MatcherTreeConfig<RequestInputConfig, ForwardClientCert>;

/** Chooses by the request what becomes of its `x-forwarded-client-cert`. One for all streams of a connection manager. */
export class ClientCertRule {
  private readonly tree: MatcherTree<MatchInput, ForwardClientCert>;
  private readonly input = new MatchInput();

  /** Throws on bad patterns: configuration checks them first. */
  constructor(config: ClientCertMatcherConfig) {
    this.tree = compileMatcherTree(config, PARTS);
  }

  /** Null when the matcher says nothing: what is configured for all requests holds then. */
  choose(request: RouteRequest): ForwardClientCert | null {
    this.input.fill(request, request.requestHeaders.path);
    return this.tree.match(this.input, null);
  }
}

/** An action is what it says: nothing is made of it. */
const PARTS = {
  compileInput: compileRequestInput,
  compileAction: (action: ForwardClientCert): ForwardClientCert => action,
};
