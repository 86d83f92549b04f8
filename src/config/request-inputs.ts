import type {
  DestinationIPInput,
  DestinationPortInput,
  DirectSourceIPInput,
  FilterStateInput,
  ServerNameInput,
  SourceIPInput,
  SourcePortInput,
  SourceTypeInput,
} from "../gen/envoy/extensions/matching/common_inputs/network/v3/network_inputs_pb.js";
import type {
  HttpRequestHeaderMatchInput,
  HttpRequestQueryParamMatchInput,
} from "../gen/envoy/type/matcher/v3/http_inputs_pb.js";
import type { RequestInputConfig } from "../route/request-input-config.js";
import { type Extension, extension } from "./extension.js";
import { implemented } from "./implemented-fields.js";

const NETWORK = "envoy.extensions.matching.common_inputs.network.v3";

/** What of a request generic matchers may look at, while there is no response yet. */
export const REQUEST_INPUTS: readonly Extension<RequestInputConfig>[] = [
  extension<HttpRequestHeaderMatchInput, RequestInputConfig>(
    "envoy.matching.inputs.request_headers",
    implemented<HttpRequestHeaderMatchInput>("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", {
      header_name: true,
    }),
    (message) => {
      const name = message.headerName.toLowerCase();
      return { kind: "header", name: name === "host" ? ":authority" : name };
    },
  ),
  extension<HttpRequestQueryParamMatchInput, RequestInputConfig>(
    "envoy.matching.inputs.query_params",
    implemented<HttpRequestQueryParamMatchInput>("envoy.type.matcher.v3.HttpRequestQueryParamMatchInput", {
      query_param: true,
    }),
    (message) => ({ kind: "queryParameter", name: message.queryParam }),
  ),
  extension<SourceIPInput, RequestInputConfig>(
    "envoy.matching.inputs.source_ip",
    implemented<SourceIPInput>(`${NETWORK}.SourceIPInput`, {}),
    () => ({ kind: "sourceIp" }),
  ),
  extension<SourcePortInput, RequestInputConfig>(
    "envoy.matching.inputs.source_port",
    implemented<SourcePortInput>(`${NETWORK}.SourcePortInput`, {}),
    () => ({ kind: "sourcePort" }),
  ),
  extension<DirectSourceIPInput, RequestInputConfig>(
    "envoy.matching.inputs.direct_source_ip",
    implemented<DirectSourceIPInput>(`${NETWORK}.DirectSourceIPInput`, {}),
    () => ({ kind: "directSourceIp" }),
  ),
  extension<SourceTypeInput, RequestInputConfig>(
    "envoy.matching.inputs.source_type",
    implemented<SourceTypeInput>(`${NETWORK}.SourceTypeInput`, {}),
    () => ({ kind: "sourceType" }),
  ),
  extension<DestinationIPInput, RequestInputConfig>(
    "envoy.matching.inputs.destination_ip",
    implemented<DestinationIPInput>(`${NETWORK}.DestinationIPInput`, {}),
    () => ({ kind: "destinationIp" }),
  ),
  extension<DestinationPortInput, RequestInputConfig>(
    "envoy.matching.inputs.destination_port",
    implemented<DestinationPortInput>(`${NETWORK}.DestinationPortInput`, {}),
    () => ({ kind: "destinationPort" }),
  ),
  extension<ServerNameInput, RequestInputConfig>(
    "envoy.matching.inputs.server_name",
    implemented<ServerNameInput>(`${NETWORK}.ServerNameInput`, {}),
    () => ({ kind: "serverName" }),
  ),
  extension<FilterStateInput, RequestInputConfig>(
    "envoy.matching.inputs.filter_state",
    implemented<FilterStateInput>(`${NETWORK}.FilterStateInput`, { key: true }),
    (message) => ({ kind: "filterState", key: message.key }),
  ),
];
