/** The status by which an upgrade is accepted (RFC 9110 15.2.2). */
export const SWITCHING_PROTOCOLS = 101;

/** `HeaderMap.upgradeType` of a CONNECT request. */
export const CONNECT_UPGRADE = "CONNECT";

/**
 * Whether a response of this status makes a tunnel of the connection: 101 to an upgrade (RFC 9110 7.8), any success to
 * CONNECT (RFC 9110 9.3.6).
 *
 * @param upgradeType of the request, see `HeaderMap.upgradeType`
 */
export function acceptsUpgrade(upgradeType: string, status: number): boolean {
  if (upgradeType === "") return false;
  if (upgradeType === CONNECT_UPGRADE) return status >= 200 && status < 300;
  return status === SWITCHING_PROTOCOLS;
}
