/** One entry of `http_filters` as plain data; the factory registered for `typeName` turns `config` into filters. */
export interface HttpFilterConfig {
  readonly name: string;
  /** Full name of the configuration's message, without the type URL's host. */
  readonly typeName: string;
  /** Only routes that enable the filter by name get it. */
  readonly disabled: boolean;
  readonly config: unknown;
}
