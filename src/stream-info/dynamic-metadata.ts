import type { MetadataStruct, MetadataValue } from "../common/metadata.js";

/** What filters leave for each other, routes and logs: a struct for each namespace, which is mostly a filter's name. */
export class DynamicMetadata {
  private readonly namespaces = new Map<string, Map<string, MetadataValue>>();

  set(namespace: string, key: string, value: MetadataValue): void {
    let values = this.namespaces.get(namespace);
    if (values === undefined) {
      values = new Map();
      this.namespaces.set(namespace, values);
    }
    values.set(key, value);
  }

  /** All that stands in a namespace; undefined when there is nothing. */
  struct(namespace: string): MetadataStruct | undefined {
    const values = this.namespaces.get(namespace);
    return values === undefined ? undefined : Object.fromEntries(values);
  }

  /** What a path of keys leads to; undefined when it leads nowhere. */
  get(namespace: string, path: readonly string[]): MetadataValue | undefined {
    const values = this.namespaces.get(namespace);
    if (values === undefined || path.length === 0) return undefined;
    let value = values.get(path[0] as string);
    for (let i = 1; i < path.length; i++) value = memberOf(value, path[i] as string);
    return value;
  }
}

/** A member of a struct; undefined when the value is none or has no such member. */
export function memberOf(value: MetadataValue | undefined, name: string): MetadataValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as MetadataStruct)[name] : undefined;
}
