/** A wildcard pattern of one length: `*.example.com` or `example.*`. */
interface WildcardsOfLength<T> {
  readonly length: number;
  readonly entries: Map<string, T>;
}

/**
 * Finds the virtual host of an authority: exact name, then the longest suffix wildcard, then the
 * longest prefix wildcard, then `*`. Each step is a hash lookup; wildcards cost one for each length that occurs.
 */
export class VirtualHostTable<T> {
  private readonly exact = new Map<string, T>();
  private readonly suffixes: WildcardsOfLength<T>[] = [];
  private readonly prefixes: WildcardsOfLength<T>[] = [];
  private catchAll: T | null = null;

  /** @param domain lower case */
  add(domain: string, value: T): void {
    if (domain === "*") this.catchAll = value;
    else if (domain.startsWith("*")) addWildcard(this.suffixes, domain.slice(1), value);
    else if (domain.endsWith("*")) addWildcard(this.prefixes, domain.slice(0, -1), value);
    else this.exact.set(domain, value);
  }

  /** @param host lower case, with its port unless that is ignored */
  find(host: string): T | null {
    // A table of one virtual host for all needs no hash of the host.
    const exact = this.exact.size === 0 ? undefined : this.exact.get(host);
    if (exact !== undefined) return exact;
    // A wildcard stands for at least one character.
    for (const { length, entries } of this.suffixes) {
      if (length >= host.length) continue;
      const value = entries.get(host.slice(host.length - length));
      if (value !== undefined) return value;
    }
    for (const { length, entries } of this.prefixes) {
      if (length >= host.length) continue;
      const value = entries.get(host.slice(0, length));
      if (value !== undefined) return value;
    }
    return this.catchAll;
  }
}

function addWildcard<T>(lists: WildcardsOfLength<T>[], fixedPart: string, value: T): void {
  let list = lists.find(({ length }) => length === fixedPart.length);
  if (list === undefined) {
    list = { length: fixedPart.length, entries: new Map() };
    lists.push(list);
    lists.sort((a, b) => b.length - a.length);
  }
  list.entries.set(fixedPart, value);
}
