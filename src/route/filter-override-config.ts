/** One entry of `typed_per_filter_config`: what one level says of an HTTP filter. */
export interface FilterOverrideConfig {
  /** The name of the filter in `http_filters`. */
  readonly name: string;
  /** The filter does not see the requests; otherwise it does, even if it is disabled by default. */
  readonly disabled: boolean;
  /** In the form that the filter's factory knows; null where only `disabled` is said. */
  readonly config: unknown;
}
