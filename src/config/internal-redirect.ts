import type { InternalRedirectPolicy, RouteAction } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { AllowListedRoutesConfig } from "../gen/envoy/extensions/internal_redirect/allow_listed_routes/v3/allow_listed_routes_config_pb.js";
import type { PreviousRoutesConfig } from "../gen/envoy/extensions/internal_redirect/previous_routes/v3/previous_routes_config_pb.js";
import type { SafeCrossSchemeConfig } from "../gen/envoy/extensions/internal_redirect/safe_cross_scheme/v3/safe_cross_scheme_config_pb.js";
import { isToken } from "../http/headers/header-syntax.js";
import type { InternalRedirectConfig, RedirectPredicateConfig } from "../route/internal-redirect-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const DEFAULT_MAX_REDIRECTS = 1;
const DEFAULT_STATUSES: readonly number[] = [302];
const STATUSES: readonly number[] = [301, 302, 303, 307, 308];
const PACKAGE = "envoy.extensions.internal_redirect";

const PREDICATES: readonly Extension<RedirectPredicateConfig>[] = [
  extension<AllowListedRoutesConfig, RedirectPredicateConfig>(
    "envoy.internal_redirect_predicates.allow_listed_routes",
    implemented<AllowListedRoutesConfig>(`${PACKAGE}.allow_listed_routes.v3.AllowListedRoutesConfig`, {
      allowed_route_names: true,
    }),
    ({ allowedRouteNames }) => ({ kind: "allowListedRoutes", names: [...allowedRouteNames] }),
  ),
  extension<PreviousRoutesConfig, RedirectPredicateConfig>(
    "envoy.internal_redirect_predicates.previous_routes",
    implemented<PreviousRoutesConfig>(`${PACKAGE}.previous_routes.v3.PreviousRoutesConfig`, {}),
    () => ({ kind: "previousRoutes" }),
  ),
  extension<SafeCrossSchemeConfig, RedirectPredicateConfig>(
    "envoy.internal_redirect_predicates.safe_cross_scheme",
    implemented<SafeCrossSchemeConfig>(`${PACKAGE}.safe_cross_scheme.v3.SafeCrossSchemeConfig`, {}),
    () => ({ kind: "safeCrossScheme" }),
  ),
];

export const INTERNAL_REDIRECT_FIELDS: MessageTable = implemented<InternalRedirectPolicy>(
  "envoy.config.route.v3.InternalRedirectPolicy",
  {
    max_internal_redirects: true,
    redirect_response_codes: true,
    predicates: typedExtensionFields(() => PREDICATES.map(({ table }) => table)),
    allow_cross_scheme_redirect: true,
    response_headers_to_copy: true,
  },
);

/** The redirects that a route follows; null for none. What cannot be used has reported an error and is left out. */
export function convertInternalRedirect(
  action: RouteAction,
  context: ConversionContext,
): InternalRedirectConfig | null {
  const message = action.internalRedirectPolicy;
  if (message === undefined) return convertOldFields(action, context);
  const predicates = message.predicates.map((predicate) =>
    convertTypedExtension(context, predicate, "internal redirect predicate", PREDICATES),
  );
  return {
    maxRedirects: message.maxInternalRedirects ?? DEFAULT_MAX_REDIRECTS,
    statuses: convertStatuses(message, context),
    predicates: predicates.filter((predicate) => predicate !== null),
    allowCrossScheme: message.allowCrossSchemeRedirect,
    headersToCopy: convertHeadersToCopy(message, context),
  };
}

/** `internal_redirect_action` and `max_internal_redirects`, which the policy has replaced. */
function convertOldFields(action: RouteAction, context: ConversionContext): InternalRedirectConfig | null {
  if (context.enumName(action, "internalRedirectAction") !== "HANDLE_INTERNAL_REDIRECT") return null;
  return {
    maxRedirects: action.maxInternalRedirects ?? DEFAULT_MAX_REDIRECTS,
    statuses: DEFAULT_STATUSES,
    predicates: [],
    allowCrossScheme: false,
    headersToCopy: [],
  };
}

function convertStatuses(message: InternalRedirectPolicy, context: ConversionContext): readonly number[] {
  const given = message.redirectResponseCodes;
  if (given.length === 0) return DEFAULT_STATUSES;
  const statuses = given.filter((status) => STATUSES.includes(status));
  const others = given.filter((status) => !STATUSES.includes(status));
  if (others.length > 0) {
    context.noEffect(message, "redirectResponseCodes", `${others.join(", ")}: only ${STATUSES.join(", ")} redirect`);
  }
  return statuses;
}

function convertHeadersToCopy(message: InternalRedirectPolicy, context: ConversionContext): readonly string[] {
  const names: string[] = [];
  for (const [index, header] of message.responseHeadersToCopy.entries()) {
    const name = header.toLowerCase();
    if (isToken(name) && name !== "host") names.push(name);
    else context.itemError(message, "responseHeadersToCopy", index, `\`${header}\` cannot be copied into a request`);
  }
  return names;
}
