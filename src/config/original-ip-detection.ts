import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { CustomHeaderConfig } from "../gen/envoy/extensions/http/original_ip_detection/custom_header/v3/custom_header_pb.js";
import type { XffConfig, XffTrustedCidrs } from "../gen/envoy/extensions/http/original_ip_detection/xff/v3/xff_pb.js";
import type { HttpStatus } from "../gen/envoy/type/v3/http_status_pb.js";
import type { OriginalIpDetectionConfig } from "../http/conn-manager/original-ip-detection.js";
import { CIDR_RANGE_FIELDS, convertCidrRanges } from "./address-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** What a request is refused with when `reject_with_status` is none that refuses. */
const DEFAULT_REJECT_STATUS = 403;
const MIN_REJECT_STATUS = 400;
const MAX_REJECT_STATUS = 511;

const DETECTIONS: readonly Extension<OriginalIpDetectionConfig>[] = [
  extension<XffConfig, OriginalIpDetectionConfig>(
    "envoy.http.original_ip_detection.xff",
    implemented<XffConfig>("envoy.extensions.http.original_ip_detection.xff.v3.XffConfig", {
      xff_num_trusted_hops: true,
      xff_trusted_cidrs: implemented<XffTrustedCidrs>(
        "envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs",
        {
          cidrs: CIDR_RANGE_FIELDS,
        },
      ),
      skip_xff_append: true,
    }),
    convertXff,
  ),
  extension<CustomHeaderConfig, OriginalIpDetectionConfig>(
    "envoy.http.original_ip_detection.custom_header",
    implemented<CustomHeaderConfig>("envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig", {
      header_name: true,
      allow_extension_to_set_address_as_trusted: true,
      reject_with_status: implemented<HttpStatus>("envoy.type.v3.HttpStatus", { code: true }),
    }),
    (message) => ({
      kind: "customHeader",
      headerName: message.headerName.toLowerCase(),
      trusted: message.allowExtensionToSetAddressAsTrusted,
      rejectStatus: rejectStatus(message),
    }),
  ),
];

function convertXff(message: XffConfig, context: ConversionContext): OriginalIpDetectionConfig {
  const { xffTrustedCidrs, xffNumTrustedHops } = message;
  const appendsPeer = message.skipXffAppend === false;
  const proxies = convertCidrRanges(xffTrustedCidrs?.cidrs ?? [], context);
  // As in Envoy a list without a range is none.
  if (proxies.length === 0) return { kind: "xff", trustedHops: xffNumTrustedHops, appendsPeer };
  if (xffNumTrustedHops > 0) {
    const text = "cannot be used together with `xff_trusted_cidrs`";
    context.error(message, "xffNumTrustedHops", text, "say how many proxies there are, or which");
  }
  return { kind: "trustedProxies", proxies, appendsPeer };
}

export const ORIGINAL_IP_DETECTION_FIELDS: MessageTable = typedExtensionFields(() =>
  DETECTIONS.map((detection) => detection.table),
);

function rejectStatus(message: CustomHeaderConfig): number {
  if (message.rejectWithStatus === undefined) return 0;
  const { code } = message.rejectWithStatus;
  return code < MIN_REJECT_STATUS || code > MAX_REJECT_STATUS ? DEFAULT_REJECT_STATUS : code;
}

/** How the client's address is found where the connection's peer is not the client; by default from x-forwarded-for. */
export function convertOriginalIpDetection(
  message: HttpConnectionManager,
  context: ConversionContext,
): readonly OriginalIpDetectionConfig[] {
  const extensions = message.originalIpDetectionExtensions;
  if (extensions.length === 0) {
    return [{ kind: "xff", trustedHops: message.xffNumTrustedHops, appendsPeer: false }];
  }
  if (message.useRemoteAddress === true) {
    const text = "cannot be used together with `use_remote_address`, which takes the connection's peer for the client";
    context.error(message, "originalIpDetectionExtensions", text);
  } else if (message.xffNumTrustedHops > 0) {
    const text = "cannot be used together with `xff_num_trusted_hops`";
    const hint = "set `xff_num_trusted_hops` of envoy.http.original_ip_detection.xff";
    context.error(message, "originalIpDetectionExtensions", text, hint);
  }
  const configs: OriginalIpDetectionConfig[] = [];
  for (const owner of extensions) {
    const config = convertTypedExtension(context, owner, "detection of client addresses", DETECTIONS);
    if (config !== null) configs.push(config);
  }
  return configs;
}
