import type { Address } from "../../network/address.js";

/** JSON of `envoy.config.core.v3.Address`. */
export function addressJson(address: Address): object {
  if (address.kind === "pipe") return { pipe: { path: address.path } };
  return { socket_address: { address: address.host, port_value: address.port } };
}
