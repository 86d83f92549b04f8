import type { RedirectAction } from "../gen/envoy/config/route/v3/route_components_pb.js";
import { isAuthority, isTarget } from "../http/headers/header-syntax.js";
import type { PathRewriteConfig } from "../route/path-rewrite-config.js";
import type { RedirectConfig } from "../route/route-action-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRegexSubstitution, REGEX_SUBSTITUTION_FIELDS } from "./regex-substitution.js";

const STATUSES: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const MAX_PORT = 65_535;

export const REDIRECT_FIELDS: MessageTable = implemented<RedirectAction>("envoy.config.route.v3.RedirectAction", {
  https_redirect: true,
  scheme_redirect: true,
  host_redirect: true,
  port_redirect: true,
  path_redirect: true,
  prefix_rewrite: true,
  regex_rewrite: REGEX_SUBSTITUTION_FIELDS,
  response_code: true,
  strip_query: true,
});

/** Where a route sends clients; null with an error when that cannot be. */
export function convertRedirect(message: RedirectAction, context: ConversionContext): RedirectConfig | null {
  const status = STATUSES[context.enumName(message, "responseCode")];
  const scheme = redirectScheme(message, context);
  const { hostRedirect: host, portRedirect: port } = message;
  const rewrite = redirectPath(message, context);
  if (host !== "" && !isAuthority(host)) {
    context.error(message, "hostRedirect", `"${host}" is no host, with or without a port`);
  }
  if (port > MAX_PORT) context.error(message, "portRedirect", `${port} is no port: they end at ${MAX_PORT}`);
  if (status === undefined || scheme === null || rewrite === null) return null;
  return { kind: "redirect", status, scheme, host, port, ...rewrite, stripQuery: message.stripQuery };
}

function redirectScheme(message: RedirectAction, context: ConversionContext): string | null {
  const { schemeRewriteSpecifier: scheme } = message;
  switch (scheme.case) {
    case "httpsRedirect":
      return scheme.value ? "https" : "";
    case "schemeRedirect":
      if (scheme.value === "" || SCHEME.test(scheme.value)) return scheme.value.toLowerCase();
      context.error(message, "schemeRedirect", `"${scheme.value}" is no scheme`);
      return null;
    case undefined:
      return "";
  }
}

function redirectPath(
  message: RedirectAction,
  context: ConversionContext,
): { readonly path: string; readonly pathRewrite: PathRewriteConfig | null } | null {
  const { pathRewriteSpecifier: path } = message;
  switch (path.case) {
    case "pathRedirect":
      if (path.value === "" || isTarget(path.value)) return { path: path.value, pathRewrite: null };
      context.error(message, "pathRedirect", `"${path.value}" cannot stand in a URL as it is`, "percent-encode it");
      return null;
    case "prefixRewrite":
      return { path: "", pathRewrite: path.value === "" ? null : { kind: "prefix", value: path.value } };
    case "regexRewrite": {
      const substitution = convertRegexSubstitution(path.value, context);
      return substitution === null ? null : { path: "", pathRewrite: { kind: "regex", substitution } };
    }
    case undefined:
      return { path: "", pathRewrite: null };
  }
}
