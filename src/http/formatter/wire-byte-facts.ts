import type { StreamInfo } from "../../stream-info/stream-info.js";

type NumberFact = (info: StreamInfo) => number;

/** By operator. What HTTP/1 sends is not compressed: heads have one length. */
export const WIRE_BYTE_FACTS: readonly (readonly [string, NumberFact])[] = [
  ["DOWNSTREAM_WIRE_BYTES_SENT", (info) => info.downstreamWireBytesSent],
  ["DOWNSTREAM_WIRE_BYTES_RECEIVED", (info) => info.downstreamWireBytesReceived],
  ["DOWNSTREAM_HEADER_BYTES_SENT", (info) => info.downstreamHeaderBytesSent],
  ["DOWNSTREAM_HEADER_BYTES_RECEIVED", (info) => info.downstreamHeaderBytesReceived],
  ["DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", (info) => info.downstreamHeaderBytesSent],
  ["DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED", (info) => info.downstreamHeaderBytesReceived],
  ["UPSTREAM_WIRE_BYTES_SENT", (info) => info.upstreamWireBytesSent],
  ["UPSTREAM_WIRE_BYTES_RECEIVED", (info) => info.upstreamWireBytesReceived],
  ["UPSTREAM_HEADER_BYTES_SENT", (info) => info.upstreamHeaderBytesSent],
  ["UPSTREAM_HEADER_BYTES_RECEIVED", (info) => info.upstreamHeaderBytesReceived],
  ["UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT", (info) => info.upstreamHeaderBytesSent],
  ["UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED", (info) => info.upstreamHeaderBytesReceived],
];
