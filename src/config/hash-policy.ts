import type {
  RouteAction_HashPolicy_ConnectionProperties as ConnectionProperties,
  RouteAction_HashPolicy_Cookie as Cookie,
  RouteAction_HashPolicy_CookieAttribute as CookieAttribute,
  RouteAction_HashPolicy_FilterState as FilterState,
  RouteAction_HashPolicy as HashPolicy,
  RouteAction_HashPolicy_Header as Header,
  RouteAction_HashPolicy_QueryParameter as QueryParameter,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import { isToken } from "../http/headers/header-syntax.js";
import type { HashCookieConfig, HashPolicyConfig, HashSourceConfig } from "../route/hash-policy-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertRegexSubstitution, REGEX_SUBSTITUTION_FIELDS } from "./regex-substitution.js";

const COOKIE_FIELDS = implemented<Cookie>("envoy.config.route.v3.RouteAction.HashPolicy.Cookie", {
  name: true,
  ttl: true,
  path: true,
  attributes: implemented<CookieAttribute>("envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute", {
    name: true,
    value: true,
  }),
});

export const HASH_POLICY_FIELDS: MessageTable = implemented<HashPolicy>(
  "envoy.config.route.v3.RouteAction.HashPolicy",
  {
    header: implemented<Header>("envoy.config.route.v3.RouteAction.HashPolicy.Header", {
      header_name: true,
      regex_rewrite: REGEX_SUBSTITUTION_FIELDS,
    }),
    cookie: COOKIE_FIELDS,
    connection_properties: implemented<ConnectionProperties>(
      "envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties",
      { source_ip: true },
    ),
    query_parameter: implemented<QueryParameter>("envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter", {
      name: true,
    }),
    filter_state: implemented<FilterState>("envoy.config.route.v3.RouteAction.HashPolicy.FilterState", { key: true }),
    terminal: true,
  },
);

/** What the hash of a request is made of. What cannot be used has reported an error and is left out. */
export function convertHashPolicies(messages: readonly HashPolicy[], context: ConversionContext): HashPolicyConfig[] {
  const policies: HashPolicyConfig[] = [];
  for (const message of messages) {
    const source = convertSource(message, context);
    if (source !== null) policies.push({ source, terminal: message.terminal });
  }
  return policies;
}

function convertSource(message: HashPolicy, context: ConversionContext): HashSourceConfig | null {
  const { policySpecifier: policy } = message;
  switch (policy.case) {
    case "header": {
      const { headerName, regexRewrite } = policy.value;
      const substitution = regexRewrite === undefined ? null : convertRegexSubstitution(regexRewrite, context);
      if (regexRewrite !== undefined && substitution === null) return null;
      const name = headerName.toLowerCase();
      return { kind: "header", name: name === "host" ? ":authority" : name, substitution };
    }
    case "cookie":
      return convertCookie(policy.value, context);
    case "connectionProperties":
      if (policy.value.sourceIp) return { kind: "sourceIp" };
      context.noEffect(policy.value, null, "names no property, so nothing is hashed");
      return null;
    case "queryParameter":
      return { kind: "queryParameter", name: policy.value.name };
    case "filterState":
      return { kind: "filterState", key: policy.value.key };
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

/** RFC 6265 4.1.1: what may stand in the value of an attribute. */
const ATTRIBUTE_VALUE = /^[\x20-\x3a\x3c-\x7e]*$/;

function convertCookie(message: Cookie, context: ConversionContext): HashCookieConfig | null {
  const { name, path, ttl } = message;
  const attributes = message.attributes.flatMap((attribute) => [attribute.name, attribute.value]);
  if (name !== "" && !isToken(name)) {
    context.error(message, "name", `"${name}" is no name of a cookie`);
    return null;
  }
  for (const attribute of message.attributes) {
    if (!ATTRIBUTE_VALUE.test(attribute.value)) context.error(attribute, "value", "cannot stand in a cookie");
  }
  if (!ATTRIBUTE_VALUE.test(path)) context.error(message, "path", "cannot stand in a cookie");
  const ttlMs = context.milliseconds(message, "ttl", ttl, null);
  return { kind: "cookie", name, ttlSeconds: ttlMs === null ? null : Math.floor(ttlMs / 1_000), path, attributes };
}
