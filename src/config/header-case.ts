import type {
  Http1ProtocolOptions,
  Http1ProtocolOptions_HeaderKeyFormat,
  Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords,
} from "../gen/envoy/config/core/v3/protocol_pb.js";
import type { PreserveCaseFormatterConfig } from "../gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js";
import type { HeaderCaseConfig } from "../http/headers/header-case.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const FORMATTERS: readonly Extension<HeaderCaseConfig>[] = [
  extension<PreserveCaseFormatterConfig, HeaderCaseConfig>(
    "envoy.http.stateful_header_formatters.preserve_case",
    implemented<PreserveCaseFormatterConfig>(
      "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig",
      { forward_reason_phrase: true, formatter_type_on_envoy_headers: true },
    ),
    (message, context) => ({
      kind: "preserve",
      addedFields: context.enumName(message, "formatterTypeOnEnvoyHeaders") === "PROPER_CASE" ? "proper" : "lower",
      forwardReasonPhrase: message.forwardReasonPhrase,
    }),
  ),
];

export const HEADER_CASE_FIELDS: MessageTable = implemented<Http1ProtocolOptions_HeaderKeyFormat>(
  "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat",
  {
    proper_case_words: implemented<Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords>(
      "envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords",
      {},
    ),
    stateful_formatter: typedExtensionFields(() => FORMATTERS.map((formatter) => formatter.table)),
  },
);

/** Null for names in lower case. */
export function convertHeaderCase(
  options: Http1ProtocolOptions | undefined,
  context: ConversionContext,
): HeaderCaseConfig | null {
  const format = options?.headerKeyFormat?.headerFormat;
  if (format?.case === "properCaseWords") return { kind: "proper" };
  if (format?.case !== "statefulFormatter") return null;
  return convertTypedExtension(context, format.value, "formatter of header names", FORMATTERS);
}
