/** A value of `google.protobuf.Value` as plain data. */
export type MetadataValue = string | number | boolean | null | readonly MetadataValue[] | MetadataStruct;

/** `google.protobuf.Struct` */
export interface MetadataStruct {
  readonly [key: string]: MetadataValue;
}

/** `envoy.config.core.v3.Metadata`: what configuration says of something for filters and balancers, by their names. */
export interface Metadata {
  readonly [filterName: string]: MetadataStruct;
}

export const NO_METADATA: Metadata = Object.freeze({});

/** Where balancers look: the filter name whose metadata tells hosts apart. */
export const LB_METADATA = "envoy.lb";

/** Text that is the same for equal values and only for them, whatever the order of their keys. */
export function canonicalText(value: MetadataValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map((item) => canonicalText(item)).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] as MetadataValue)}`).join(",")}}`;
}

function isList(value: MetadataValue): value is readonly MetadataValue[] {
  return Array.isArray(value);
}
