/** A field below a path: `a.b`, or the field alone at the root. */
export function fieldPath(parent: string, field: string): string {
  if (field === "") return parent;
  return parent === "" ? field : `${parent}.${field}`;
}

/** An item below a field: by index, or by key in quotes. */
export function itemPath(field: string, key: number | string): string {
  return typeof key === "number" ? `${field}[${key}]` : `${field}[${JSON.stringify(key)}]`;
}
