import type { StreamInfo, WireBytes } from "../../stream-info/stream-info.js";

type NumberFact = (info: StreamInfo) => number;

/** By operator. What HTTP/1 sends is not compressed: heads have one length. */
export const WIRE_BYTE_FACTS: readonly (readonly [string, NumberFact])[] = [
  ...wireBytes("DOWNSTREAM", (info) => info.downstreamBytes),
  ...wireBytes("UPSTREAM", (info) => info.upstreamBytes),
];

// control plane: once for the process
function wireBytes(side: string, read: (info: StreamInfo) => WireBytes): (readonly [string, NumberFact])[] {
  return [
    [`${side}_WIRE_BYTES_SENT`, (info) => read(info).wireSent],
    [`${side}_WIRE_BYTES_RECEIVED`, (info) => read(info).wireReceived],
    [`${side}_HEADER_BYTES_SENT`, (info) => read(info).headersSent],
    [`${side}_HEADER_BYTES_RECEIVED`, (info) => read(info).headersReceived],
    [`${side}_DECOMPRESSED_HEADER_BYTES_SENT`, (info) => read(info).headersSent],
    [`${side}_DECOMPRESSED_HEADER_BYTES_RECEIVED`, (info) => read(info).headersReceived],
  ];
}
