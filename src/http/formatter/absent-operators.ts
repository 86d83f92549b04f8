/*
 * Operators whose facts nothing in Sluice has, so that what they print is what Envoy prints, too, where it has none:
 * connections are in the clear, nothing is traced, and no listener is inside the process.
 */

const TRACING = "TRACE_ID SPAN_ID";
const INTERNAL_LISTENERS =
  "UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID";
const UPSTREAM_STATE = "UPSTREAM_FILTER_STATE";

const TLS = "TLS_JA3_FINGERPRINT TLS_JA4_FINGERPRINT UPSTREAM_SERVER_NAME";
const SIDES = ["DOWNSTREAM", "UPSTREAM"];
const TLS_OF_A_SIDE =
  "TLS_SESSION_ID TLS_CIPHER TLS_VERSION TLS_GROUP PEER_SUBJECT PEER_ISSUER PEER_CERT PEER_CERT_V_START PEER_CERT_V_END " +
  "LOCAL_SUBJECT PEER_SERIAL PEER_FINGERPRINT_256 PEER_FINGERPRINT_1 PEER_CHAIN_FINGERPRINTS_256 " +
  "PEER_CHAIN_FINGERPRINTS_1 PEER_CHAIN_SERIALS PEER_ISSUER_FINGERPRINT_256 PEER_ISSUER_SERIAL";
const SUBJECT_ALTERNATIVE_NAMES = "URI_SAN DNS_SAN IP_SAN EMAIL_SAN OTHERNAME_SAN".split(" ");

/** Known names that never have a value. */
export const ABSENT_OPERATORS: readonly string[] = allNames();

function allNames(): string[] {
  const names = `${TRACING} ${INTERNAL_LISTENERS} ${UPSTREAM_STATE} ${TLS}`.split(" ");
  for (const side of SIDES) {
    for (const name of TLS_OF_A_SIDE.split(" ")) names.push(`${side}_${name}`);
    for (const san of SUBJECT_ALTERNATIVE_NAMES) names.push(`${side}_PEER_${san}`, `${side}_LOCAL_${san}`);
  }
  return names;
}
