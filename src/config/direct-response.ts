import type { DirectResponseAction } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { DirectResponseConfig } from "../route/route-action-config.js";
import { LOG_FORMAT_FIELDS } from "./access-log-format.js";
import type { ConversionContext } from "./conversion-context.js";
import { DATA_SOURCE_FIELDS, readDataSource } from "./data-source.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertBodyFormat } from "./local-reply-config.js";

export const DIRECT_RESPONSE_FIELDS: MessageTable = implemented<DirectResponseAction>(
  "envoy.config.route.v3.DirectResponseAction",
  { status: true, body: DATA_SOURCE_FIELDS, body_format: LOG_FORMAT_FIELDS },
);

/** What a route answers by itself; null with an error when the body cannot be had or is too long. */
export function convertDirectResponse(
  message: DirectResponseAction,
  maxBodyBytes: number,
  context: ConversionContext,
): DirectResponseConfig | null {
  const body = message.body === undefined ? "" : readDataSource(message.body, context);
  if (body === null) return null;
  const size = Buffer.byteLength(body);
  if (size > maxBodyBytes) {
    const hint = "raise `max_direct_response_body_size_bytes` of the route configuration";
    context.error(message, "body", `the body has ${size} bytes; ${maxBodyBytes} are allowed`, hint);
    return null;
  }
  return {
    kind: "directResponse",
    status: message.status,
    body,
    bodyFormat: convertBodyFormat(message.bodyFormat, context),
  };
}
