import { StreamInfo } from "../../stream-info/stream-info.js";
import type { LocalReply } from "../filter/filter.js";
import type { HeaderMap } from "../headers/header-map.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { contextOf, fieldsOf, headersOf } from "./manager.test.support.js";
import { mutateRequestHeaders } from "./request-header-mutation.js";

export type Fields = readonly (readonly [name: string, value: string])[];

export interface Mutated {
  readonly refusal: LocalReply | null;
  readonly headers: HeaderMap;
  readonly fields: Record<string, string>;
  readonly clientAddress: string;
}

/** What becomes of a request that comes from `peer`, or from 192.0.2.5. */
export function mutate(config: Partial<ConnectionManagerConfig>, fields: Fields, peer = "192.0.2.5"): Mutated {
  const headers = headersOf(fields);
  const info = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  info.downstreamRemoteAddress = `${peer}:40001`;
  const request = { requestHeaders: headers, streamInfo: info, randomValue: () => 0 };
  const ends = {
    remoteHost: peer,
    remoteText: `${peer}:40001`,
    localHost: "10.0.0.1",
    localText: "10.0.0.1:80",
    localPort: 80,
  };
  const refusal = mutateRequestHeaders(request, contextOf({ config }), ends);
  return { refusal, headers, fields: fieldsOf(headers), clientAddress: info.downstreamRemoteAddress };
}

export const EDGE = { useRemoteAddress: true };
export const INTERNAL = { internalCidrRanges: [{ addressPrefix: "10.0.0.0", prefixLength: 8 }] };
