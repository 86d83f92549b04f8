import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { HostNormalizationConfig, StripPort } from "../http/conn-manager/host-normalization.js";
import type { EscapedSlashesAction, PathNormalizationConfig } from "../http/conn-manager/path-normalization.js";
import type { ConversionContext } from "./conversion-context.js";

const ESCAPED_SLASHES: Readonly<Record<string, EscapedSlashesAction>> = {
  // Envoy's own default is to keep them, too.
  IMPLEMENTATION_SPECIFIC_DEFAULT: "keep",
  KEEP_UNCHANGED: "keep",
  REJECT_REQUEST: "reject",
  UNESCAPE_AND_REDIRECT: "unescapeAndRedirect",
  UNESCAPE_AND_FORWARD: "unescapeAndForward",
};

/** Null when nothing is to be done to paths. */
export function convertPathNormalization(
  message: HttpConnectionManager,
  context: ConversionContext,
): PathNormalizationConfig | null {
  const action = context.enumName(message, "pathWithEscapedSlashesAction");
  const escapedSlashes = ESCAPED_SLASHES[action];
  if (escapedSlashes === undefined) {
    context.error(message, "pathWithEscapedSlashesAction", `${action} is no action`);
    return null;
  }
  const normalize = message.normalizePath ?? false;
  if (escapedSlashes === "keep" && !normalize && !message.mergeSlashes) return null;
  return { escapedSlashes, normalize, mergeSlashes: message.mergeSlashes };
}

/** Null when nothing is to be done to hosts. */
export function convertHostNormalization(
  message: HttpConnectionManager,
  context: ConversionContext,
): HostNormalizationConfig | null {
  const stripAny = message.stripPortMode.case === "stripAnyHostPort" && message.stripPortMode.value;
  if (stripAny && message.stripMatchingHostPort) {
    const text = "excludes `strip_any_host_port`, which takes every port off";
    context.error(message, "stripMatchingHostPort", text, "set one of the two");
  }
  let stripPort: StripPort = message.stripMatchingHostPort ? "matching" : "none";
  if (stripAny) stripPort = "any";
  if (stripPort === "none" && !message.stripTrailingHostDot) return null;
  return { stripTrailingDot: message.stripTrailingHostDot, stripPort };
}
