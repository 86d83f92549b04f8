import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { RouteAction, RouteMatch } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { UriTemplateMatchConfig } from "../gen/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.js";
import type { UriTemplateRewriteConfig } from "../gen/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite_pb.js";
import type { PathRewriteConfig } from "../route/path-rewrite-config.js";
import { parseTemplateRewrite, parseUriTemplate } from "../route/uri-template.js";
import { checkFormat, textFormat } from "./access-log-format.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRegexSubstitution } from "./regex-substitution.js";

const REWRITE_EXTENSIONS: readonly Extension<string>[] = [
  extension<UriTemplateRewriteConfig, string>(
    "envoy.path.rewrite.uri_template.uri_template_rewriter",
    implemented<UriTemplateRewriteConfig>("envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig", {
      path_template_rewrite: true,
    }),
    (message) => message.pathTemplateRewrite,
  ),
];

export const PATH_REWRITE_POLICY_FIELDS: MessageTable = typedExtensionFields(() =>
  REWRITE_EXTENSIONS.map(({ table }) => table),
);

/** What is wrong with a rewrite has been reported; the route is left out. */
export type Faulty = "faulty";

/** The one way in which an action rewrites paths; null for none. */
export function convertPathRewrite(
  message: RouteAction,
  match: RouteMatch | undefined,
  context: ConversionContext,
): PathRewriteConfig | null | Faulty {
  const { prefixRewrite, regexRewrite, pathRewritePolicy, pathRewrite } = message;
  const set = [prefixRewrite !== "", regexRewrite !== undefined, pathRewritePolicy !== undefined, pathRewrite !== ""];
  if (set.filter(Boolean).length > 1) {
    const text = "only one of `prefix_rewrite`, `regex_rewrite`, `path_rewrite_policy` and `path_rewrite` can be set";
    const other = regexRewrite === undefined ? "pathRewrite" : "regexRewrite";
    context.error(message, prefixRewrite === "" ? other : "prefixRewrite", text);
    return "faulty";
  }
  if (prefixRewrite !== "") return { kind: "prefix", value: prefixRewrite };
  if (regexRewrite !== undefined) {
    const substitution = convertRegexSubstitution(regexRewrite, context);
    return substitution === null ? "faulty" : { kind: "regex", substitution };
  }
  if (pathRewrite !== "") {
    const format = checkFormat(textFormat(pathRewrite), message, "pathRewrite", context);
    return format === null ? "faulty" : { kind: "format", text: pathRewrite };
  }
  return pathRewritePolicy === undefined ? null : convertPolicy(message, pathRewritePolicy, match, context);
}

function convertPolicy(
  message: RouteAction,
  policy: TypedExtensionConfig,
  match: RouteMatch | undefined,
  context: ConversionContext,
): PathRewriteConfig | Faulty {
  const rewrite = convertTypedExtension(context, policy, "path rewrite policy", REWRITE_EXTENSIONS);
  if (rewrite === null) return "faulty";
  const pattern = templateOf(match, context);
  if (pattern === null) {
    const hint = "match the route by `path_match_policy` with a template whose variables the rewrite uses";
    context.error(message, "pathRewritePolicy", "needs a route that is matched by a URI template", hint);
    return "faulty";
  }
  const template = parseUriTemplate(pattern);
  // A faulty template is an error of the match.
  if (typeof template === "string") return "faulty";
  const pieces = parseTemplateRewrite(rewrite, template.variables);
  if (typeof pieces !== "string") return { kind: "template", pattern, rewrite };
  context.error(message, "pathRewritePolicy", pieces);
  return "faulty";
}

/** The template that a route is matched by, null when it is matched otherwise. */
function templateOf(match: RouteMatch | undefined, context: ConversionContext): string | null {
  if (match?.pathSpecifier.case !== "pathMatchPolicy") return null;
  const any = match.pathSpecifier.value.typedConfig;
  const unpacked = any === undefined ? null : context.unpack(any);
  if (unpacked?.desc.typeName !== "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig") return null;
  return (unpacked.message as UriTemplateMatchConfig).pathTemplate;
}
