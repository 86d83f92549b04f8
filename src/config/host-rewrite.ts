import type { RouteAction } from "../gen/envoy/config/route/v3/route_components_pb.js";
import { isAuthority } from "../http/headers/header-syntax.js";
import type { HostRewriteConfig } from "../route/route-action-config.js";
import { checkFormat, textFormat } from "./access-log-format.js";
import type { ConversionContext } from "./conversion-context.js";
import { headerKey } from "./header-key.js";
import { convertRegexSubstitution } from "./regex-substitution.js";

/** How an action rewrites the host; null with an error when that cannot be. */
export function convertHostRewrite(message: RouteAction, context: ConversionContext): HostRewriteConfig | null {
  const { hostRewriteSpecifier: rewrite } = message;
  switch (rewrite.case) {
    case "hostRewriteLiteral":
      return literal(message, rewrite.case, rewrite.value, context);
    case "autoHostRewrite":
      return { kind: rewrite.value.value ? "auto" : "none" };
    case "hostRewriteHeader":
      return rewrite.value === "" ? { kind: "none" } : { kind: "header", header: headerKey(rewrite.value) };
    case "hostRewritePathRegex": {
      const substitution = convertRegexSubstitution(rewrite.value, context);
      return substitution === null ? null : { kind: "pathRegex", substitution };
    }
    case "hostRewrite":
      if (rewrite.value === "") return { kind: "none" };
      return checkFormat(textFormat(rewrite.value), message, rewrite.case, context) !== null
        ? { kind: "format", text: rewrite.value }
        : null;
    case undefined:
      return { kind: "none" };
  }
}

function literal(
  message: RouteAction,
  field: "hostRewriteLiteral" | "hostRewrite",
  host: string,
  context: ConversionContext,
): HostRewriteConfig | null {
  if (host === "") return { kind: "none" };
  if (isAuthority(host)) return { kind: "literal", host };
  context.error(message, field, `"${host}" is no host, with or without a port`);
  return null;
}
