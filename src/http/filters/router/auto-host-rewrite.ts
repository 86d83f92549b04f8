import type { ForwardAction } from "../../../route/forward-action.js";
import { rewriteHost } from "../../../route/host-rewrite.js";
import type { Host } from "../../../upstream/host.js";
import type { HeaderMap } from "../../headers/header-map.js";

/** `auto_host_rewrite`: each attempt of a request gets the name of the host that it goes to. */
export class AutoHostRewrite {
  private readonly action: ForwardAction;
  private readonly keepsOriginal: boolean;
  /** The host before the first rewrite; null while there was none. */
  private original: string | null = null;

  /** @param keepsOriginal in `x-envoy-original-host` */
  constructor(action: ForwardAction, keepsOriginal: boolean) {
    this.action = action;
    this.keepsOriginal = keepsOriginal;
  }

  /** A host without a name leaves the request's. */
  apply(headers: HeaderMap, host: Host): void {
    const { hostname } = host;
    if (this.original !== null) {
      headers.authority = hostname === "" ? this.original : hostname;
    } else if (hostname !== "") {
      this.original = headers.authority;
      rewriteHost(headers, hostname, this.action.appendForwardedHost, this.keepsOriginal);
    }
  }
}
