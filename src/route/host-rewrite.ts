import type { HeaderMap } from "../http/headers/header-map.js";

/**
 * Gives a request another host.
 * @param appendForwardedHost keeps the one that it had at the end of `x-forwarded-host`
 * @param keepsOriginal and in `x-envoy-original-host`
 */
export function rewriteHost(
  headers: HeaderMap,
  host: string,
  appendForwardedHost: boolean,
  keepsOriginal: boolean,
): void {
  const { authority } = headers;
  if (appendForwardedHost && authority !== "") appendHost(headers, authority);
  if (keepsOriginal && authority !== "") headers.set("x-envoy-original-host", authority);
  headers.authority = host;
}

/** Not twice in a row: another proxy on the way may have added it. */
function appendHost(headers: HeaderMap, host: string): void {
  const before = headers.getJoined("x-forwarded-host");
  if (before === null || before === "") headers.set("x-forwarded-host", host);
  else if (before.slice(before.lastIndexOf(",") + 1).trim() !== host)
    headers.set("x-forwarded-host", `${before},${host}`);
}
