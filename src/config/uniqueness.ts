import type { Cluster } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { Address as AddressMessage } from "../gen/envoy/config/core/v3/address_pb.js";
import type { Listener } from "../gen/envoy/config/listener/v3/listener_pb.js";
import type { ConversionContext } from "./conversion-context.js";

/** Names by which clusters and listeners are known; an empty one is the proto's or nobody's business. */
export function checkUniqueNames(
  messages: readonly (Cluster | Listener)[],
  kind: "cluster" | "listener",
  context: ConversionContext,
): void {
  const first = new Map<string, Cluster | Listener>();
  for (const message of messages) {
    if (message.name === "") continue;
    const other = first.get(message.name);
    if (other === undefined) first.set(message.name, message);
    else {
      const text = `there is another ${kind} "${message.name}" (line ${context.lineOf(other)})`;
      context.error(message, "name", text);
    }
  }
}

/** Two sockets of one address: the second bind would fail, or worse, share the connections. Port 0 is always free. */
export function checkUniqueAddresses(messages: readonly AddressMessage[], context: ConversionContext): void {
  const first = new Map<string, AddressMessage>();
  for (const message of messages) {
    const key = addressKey(message);
    if (key === null) continue;
    const other = first.get(key);
    if (other === undefined) first.set(key, message);
    else context.error(message, null, `the address ${key} is in use already (line ${context.lineOf(other)})`);
  }
}

function addressKey(message: AddressMessage): string | null {
  const { address } = message;
  if (address.case === "pipe") return address.value.path;
  if (address.case !== "socketAddress" || address.value.portSpecifier.case !== "portValue") return null;
  const port = address.value.portSpecifier.value;
  return port === 0 ? null : `${address.value.address}:${port}`;
}
