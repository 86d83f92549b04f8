/** What of a request a generic matcher may look at (`envoy.matching.http.input` and the network's inputs). */
export type RequestInputConfig =
  /** @param name lower case; pseudo-headers with their colon */
  | { readonly kind: "header"; readonly name: string }
  /** The first of its name, decoded. */
  | { readonly kind: "queryParameter"; readonly name: string }
  | { readonly kind: "filterState"; readonly key: string }
  | { readonly kind: ConnectionInput };

/** Addresses and names of the downstream connection. */
export type ConnectionInput =
  | "sourceIp"
  | "sourcePort"
  | "directSourceIp"
  | "sourceType"
  | "destinationIp"
  | "destinationPort"
  | "serverName";
