/** The HTTP options of a cluster, in its `typed_extension_protocol_options`. */
export const UPSTREAM_OPTIONS_TYPE = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
