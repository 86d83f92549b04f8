import type {
  HttpConnectionManager_ForwardClientCertConfig as ForwardClientCertConfig,
  ForwardProtoConfig,
  HttpConnectionManager,
  HttpConnectionManager_SetCurrentClientCertDetails,
  RequestIDExtension,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { UuidRequestIdConfig } from "../gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js";
import type { ClientCertMatcherConfig, ForwardClientCert } from "../http/conn-manager/client-cert-rule.js";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { RequestIdConfig } from "../http/conn-manager/request-id.js";
import { convertCidrRanges } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { extension } from "./extension.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";
import { convertMatcherTree, matcherTreeFields } from "./matcher-tree.js";
import { convertOriginalIpDetection } from "./original-ip-detection.js";
import { REQUEST_INPUTS } from "./request-inputs.js";

type HeaderConfig = Pick<
  ConnectionManagerConfig,
  | "via"
  | "useRemoteAddress"
  | "xffNumTrustedHops"
  | "skipXffAppend"
  | "originalIpDetection"
  | "internalCidrRanges"
  | "internalUnixSockets"
  | "internalOnlyHeaders"
  | "mapIpv4RemoteAddress"
  | "appendXForwardedPort"
  | "scheme"
  | "httpsDestinationPorts"
  | "addUserAgent"
  | "forwardClientCert"
  | "clientCertMatcher"
  | "requestId"
  | "alwaysSetRequestIdInResponse"
>;

const UUID_REQUEST_ID_FIELDS = implemented<UuidRequestIdConfig>(
  "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig",
  {
    pack_trace_reason: true,
    // It says what samples traces, and nothing is traced yet.
    use_request_id_for_trace_sampling: true,
  },
);

export const REQUEST_ID_FIELDS: MessageTable = implemented<RequestIDExtension>(
  "envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension",
  { typed_config: extensions(() => [UUID_REQUEST_ID_FIELDS]) },
);

export const FORWARD_PROTO_FIELDS: MessageTable = implemented<ForwardProtoConfig>(
  "envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig",
  {
    https_destination_ports: true,
    // What comes in the clear counts as http on every other port, too.
    http_destination_ports: true,
  },
);

/** Says what is told of a client's certificate, and no client has one without TLS. */
export const CERT_DETAILS_FIELDS: MessageTable = implemented<HttpConnectionManager_SetCurrentClientCertDetails>(
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails",
  { subject: true, cert: true, chain: true, dns: true, uri: true },
);

const FORWARD_CLIENT_CERT: Readonly<Record<string, ForwardClientCert>> = {
  SANITIZE: "sanitize",
  FORWARD_ONLY: "forwardOnly",
  APPEND_FORWARD: "appendForward",
  SANITIZE_SET: "sanitizeSet",
  ALWAYS_FORWARD_ONLY: "alwaysForwardOnly",
};

type HoldsClientCert = HttpConnectionManager | ForwardClientCertConfig;

function convertForwardClientCert(message: HoldsClientCert, context: ConversionContext): ForwardClientCert {
  return FORWARD_CLIENT_CERT[context.enumName(message, "forwardClientCertDetails")] ?? "sanitize";
}

const CLIENT_CERT_ACTION = extension<ForwardClientCertConfig, ForwardClientCert>(
  "forward_client_cert",
  implemented<ForwardClientCertConfig>(
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig",
    { forward_client_cert_details: true, set_current_client_cert_details: CERT_DETAILS_FIELDS },
  ),
  convertForwardClientCert,
);

export const CLIENT_CERT_MATCHER_FIELDS: MessageTable = matcherTreeFields(
  () => REQUEST_INPUTS.map((input) => input.table),
  () => [CLIENT_CERT_ACTION.table],
);

function convertClientCertMatcher(
  message: HttpConnectionManager,
  context: ConversionContext,
): ClientCertMatcherConfig | null {
  const { forwardClientCertMatcher: matcher } = message;
  if (matcher === undefined) return null;
  return convertMatcherTree(matcher, { inputs: REQUEST_INPUTS, actions: [CLIENT_CERT_ACTION] }, context);
}

/** What a connection manager does to the headers of requests. */
export function convertHeaderMutation(message: HttpConnectionManager, context: ConversionContext): HeaderConfig {
  return {
    via: message.via,
    useRemoteAddress: message.useRemoteAddress ?? false,
    xffNumTrustedHops: message.xffNumTrustedHops,
    skipXffAppend: message.skipXffAppend,
    originalIpDetection: convertOriginalIpDetection(message, context),
    internalCidrRanges: convertCidrRanges(message.internalAddressConfig?.cidrRanges ?? [], context),
    internalUnixSockets: message.internalAddressConfig?.unixSockets ?? false,
    internalOnlyHeaders: internalOnlyHeaders(message),
    mapIpv4RemoteAddress: message.representIpv4RemoteAddressAsIpv4MappedIpv6,
    appendXForwardedPort: message.appendXForwardedPort,
    scheme: schemeOf(message),
    httpsDestinationPorts: message.forwardProtoConfig?.httpsDestinationPorts ?? [],
    addUserAgent: message.addUserAgent ?? false,
    // Values that the enum does not define break a constraint of the proto and have been reported.
    forwardClientCert: convertForwardClientCert(message, context),
    clientCertMatcher: convertClientCertMatcher(message, context),
    requestId: convertRequestId(message, context),
    alwaysSetRequestIdInResponse: message.alwaysSetRequestIdInResponse,
  };
}

function internalOnlyHeaders(message: HttpConnectionManager): readonly string[] {
  const { routeSpecifier: routes } = message;
  return routes.case === "routeConfig" ? routes.value.internalOnlyHeaders.map((name) => name.toLowerCase()) : [];
}

function schemeOf(message: HttpConnectionManager): "" | "http" | "https" {
  const transformation = message.schemeHeaderTransformation?.transformation;
  if (transformation?.case !== "schemeToOverwrite") return "";
  return transformation.value === "https" ? "https" : "http";
}

/** Null where requests go on without an id unless they bring one. */
function convertRequestId(message: HttpConnectionManager, context: ConversionContext): RequestIdConfig | null {
  const packTraceReason = convertTraceReason(message.requestIdExtension, context);
  if (message.generateRequestId === false) return null;
  return { preserveExternal: message.preserveExternalRequestId, packTraceReason };
}

function convertTraceReason(message: RequestIDExtension | undefined, context: ConversionContext): boolean {
  if (message?.typedConfig === undefined) return true;
  const unpacked = context.unpack(message.typedConfig);
  if (unpacked === null) return true;
  if (unpacked.desc.typeName === UUID_REQUEST_ID_FIELDS.typeName) {
    return (unpacked.message as UuidRequestIdConfig).packTraceReason ?? true;
  }
  context.error(
    message.typedConfig,
    null,
    `the request ids of \`${unpacked.desc.typeName}\` are known but not implemented by Sluice yet`,
    "implemented: envoy.request_id.uuid",
  );
  return true;
}
