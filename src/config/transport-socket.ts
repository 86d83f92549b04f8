import type { TransportSocket } from "../gen/envoy/config/core/v3/base_pb.js";
import type { RawBuffer } from "../gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension, resolveExtension } from "./extension.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";

const RAW_BUFFER_FIELDS = implemented<RawBuffer>("envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer", {});

/** Transport sockets that exist. Plaintext needs no data of its own, so there is nothing to return but that. */
const TRANSPORT_SOCKETS: readonly Extension<"rawBuffer">[] = [
  extension<RawBuffer, "rawBuffer">("envoy.transport_sockets.raw_buffer", RAW_BUFFER_FIELDS, () => "rawBuffer"),
];

export const TRANSPORT_SOCKET_FIELDS: MessageTable = implemented<TransportSocket>(
  "envoy.config.core.v3.TransportSocket",
  { name: true, typed_config: extensions(() => TRANSPORT_SOCKETS.map((socket) => socket.table)) },
);

/** No transport socket is plaintext. Anything else is an error: what should be encrypted must not go out in the clear. */
export function checkTransportSocket(message: TransportSocket | undefined, context: ConversionContext): void {
  if (message === undefined) return;
  // Envoy lets these go without a configuration: there is nothing to configure.
  if (message.name === "envoy.transport_sockets.raw_buffer" && message.configType.case === undefined) return;
  resolveExtension(context, message, "transport socket", TRANSPORT_SOCKETS);
}
