import { caddy } from "./caddy.js";
import type { Contender } from "./contender.js";
import { haproxy } from "./haproxy.js";
import { nginx } from "./nginx.js";
import { fastifyHttpProxy, httpProxy, httpProxyKeepAlive } from "./npm-peers.js";
import { sluice } from "./sluice.js";

const ALL: readonly Contender[] = [sluice, nginx, haproxy, caddy, httpProxy, httpProxyKeepAlive, fastifyHttpProxy];

/** Those with one of the names, or all for none. Throws for a name that there is not. */
export function selectProxies(names: readonly string[]): readonly Contender[] {
  const unknown = names.filter((name) => !ALL.some((proxy) => proxy.name === name));
  if (unknown.length > 0) throw new Error(`--only: there is no ${unknown.join(", ")}`);
  return names.length === 0 ? ALL : ALL.filter((proxy) => names.includes(proxy.name));
}
