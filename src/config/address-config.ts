import { isIP } from "node:net";
import type {
  Address as AddressMessage,
  CidrRange as CidrRangeMessage,
  Pipe,
  SocketAddress,
} from "../gen/envoy/config/core/v3/address_pb.js";
import type { Address } from "../network/address.js";
import type { CidrRange } from "../network/listener-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, refused, refusedByConverter, sameAs, values } from "./implemented-fields.js";

export const SOCKET_ADDRESS_FIELDS: MessageTable = implemented<SocketAddress>("envoy.config.core.v3.SocketAddress", {
  protocol: values(() => ["TCP"]),
  address: true,
  port_value: true,
  named_port: refusedByConverter("nothing resolves it here"),
  ipv4_compat: sameAs(false),
  network_namespace_filepath: refused("the socket would be opened in another network"),
});

/** `envoy.config.core.v3.Address`, wherever one stands. */
export const ADDRESS_FIELDS: MessageTable = implemented<AddressMessage>("envoy.config.core.v3.Address", {
  socket_address: SOCKET_ADDRESS_FIELDS,
  pipe: implemented<Pipe>("envoy.config.core.v3.Pipe", { path: true, mode: true }),
  envoy_internal_address: refusedByConverter("an address inside of the proxy"),
});

export const CIDR_RANGE_FIELDS: MessageTable = implemented<CidrRangeMessage>("envoy.config.core.v3.CidrRange", {
  address_prefix: true,
  prefix_len: true,
});

/** Whether a name may stand where an IP address is usual: endpoints of clusters that resolve names. */
export type HostForm = "ipOnly" | "ipOrName";

/** `hint` completes the error about a name where only an IP address will do. */
export function convertAddress(
  message: AddressMessage,
  context: ConversionContext,
  hostForm: HostForm,
  hint = "",
): Address | null {
  const { address } = message;
  switch (address.case) {
    case "socketAddress":
      return convertSocketAddress(address.value, context, hostForm, hint);
    case "pipe":
      return convertPipe(address.value, context);
    case "envoyInternalAddress":
      context.notImplemented(message, "envoyInternalAddress", "an address inside of the proxy");
      return null;
    case undefined:
      // Its absence breaks a constraint of the proto and has been reported.
      return null;
  }
}

function convertPipe(message: Pipe, context: ConversionContext): Address | null {
  const { path, mode } = message;
  if (path.startsWith("@")) {
    // Node fills the name up with zeros, so that only another program made with Node would find it.
    context.error(message, "path", `"${path}" is an abstract name, which Node cannot share`, "use the path of a file");
    return null;
  }
  return mode === 0 ? { kind: "pipe", path } : { kind: "pipe", path, mode };
}

export function convertSocketAddress(
  message: SocketAddress,
  context: ConversionContext,
  hostForm: HostForm,
  hint: string,
): Address | null {
  const { address, portSpecifier } = message;
  const protocol = context.enumName(message, "protocol");
  if (protocol !== "TCP") {
    context.notImplemented(message, "protocol", protocol);
    return null;
  }
  if (hostForm === "ipOnly" && address !== "" && isIP(address) === 0) {
    const brackets = /^\[.*\]$/.test(address) && isIP(address.slice(1, -1)) !== 0;
    const advice = brackets ? "write IPv6 addresses without brackets" : hint;
    context.error(message, "address", `"${address}" is not an IP address`, advice);
    return null;
  }
  if (hostForm === "ipOrName" && isIP(address) === 0) checkHostName(message, context);
  if (portSpecifier.case === "namedPort") {
    context.error(message, "namedPort", "a named port cannot be resolved here", "use `port_value`");
    return null;
  }
  return portSpecifier.case === "portValue" ? { kind: "ip", host: address, port: portSpecifier.value } : null;
}

/** Envoy takes any text for a name, and finds nothing. */
function checkHostName(message: SocketAddress, context: ConversionContext): void {
  const { address } = message;
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/:]*)/i.exec(address)?.[1] ?? /^([^:/]+):\d+$/.exec(address)?.[1];
  if (host === undefined) return;
  context.noEffect(message, "address", `"${address}" is no name of a host, which would be "${host}"; nothing is found`);
}

/** `prefix_len` is 0 when it is not set, which matches every address of the family. */
export function convertCidrRange(message: CidrRangeMessage, context: ConversionContext): CidrRange | null {
  const { addressPrefix, prefixLen } = message;
  const family = isIP(addressPrefix);
  if (family === 0) {
    if (addressPrefix === "") return null;
    const slash = addressPrefix.indexOf("/");
    const hint = slash === -1 ? "" : "put the number after the slash into `prefix_len`";
    context.error(message, "addressPrefix", `"${addressPrefix}" is not an IP address`, hint);
    return null;
  }
  const prefixLength = prefixLen ?? 0;
  if (family === 4 && prefixLength > 32) {
    context.error(message, "prefixLen", `an IPv4 prefix is 32 bits at most, not ${prefixLength}`);
    return null;
  }
  return { addressPrefix, prefixLength };
}

export function convertCidrRanges(messages: readonly CidrRangeMessage[], context: ConversionContext): CidrRange[] {
  return messages.map((message) => convertCidrRange(message, context)).filter((range) => range !== null);
}
