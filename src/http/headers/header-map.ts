import type { HeaderNameFormat } from "./header-case.js";

/**
 * The header fields of one message, in order, for every protocol. Names are lower case. What HTTP/2 calls
 * pseudo-headers are properties; the `host` field of an HTTP/1 request is `authority`.
 *
 * A flat list of pairs and a linear search: at the 10 to 20 fields of real messages it beats maps and objects
 * (`bench/micro/http/headers/header-map.ts`), and it keeps order and repeated fields for free.
 */
export class HeaderMap {
  /** Requests only; empty in responses and trailers. */
  method = "";
  /** The request target with its query; empty for CONNECT and when missing. */
  path = "";
  authority = "";
  scheme = "";
  /**
   * Requests only: what the request asks to make of its connection. The protocol of an HTTP/1 upgrade as it stands in
   * the `upgrade` field, `CONNECT` for that method (as in Envoy, a kind of upgrade); empty for all other requests.
   */
  upgradeType = "";
  /** Responses only; 0 in requests and trailers. */
  status = 0;
  /** Length of the head as it came from the wire; 0 for one that was made here. */
  wireBytes = 0;
  /** How HTTP/1 writes the names of the fields; null for lower case, as they stand here. */
  nameFormat: HeaderNameFormat | null = null;
  private readonly list: string[] = [];

  /** Number of fields, repeated ones counted each. */
  get size(): number {
    return this.list.length >> 1;
  }

  nameAt(index: number): string {
    return this.list[index << 1] as string;
  }

  valueAt(index: number): string {
    return this.list[(index << 1) + 1] as string;
  }

  /** The first value of a field, null when it is absent. */
  get(name: string): string | null {
    const list = this.list;
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return list[i + 1] as string;
    return null;
  }

  has(name: string): boolean {
    const list = this.list;
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return true;
    return false;
  }

  /** All values of a field joined with commas (RFC 9110 5.3), null when it is absent. */
  getJoined(name: string): string | null {
    const list = this.list;
    let joined: string | null = null;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name) joined = joined === null ? (list[i + 1] as string) : `${joined},${list[i + 1]}`;
    }
    return joined;
  }

  /** Appends a field after all others, whether or not it is there already. */
  add(name: string, value: string): void {
    this.list.push(name, value);
  }

  /** Sets a field to one value: in the place of the first, without the others, or at the end. */
  set(name: string, value: string): void {
    const list = this.list;
    for (let i = 0; i < list.length; i += 2) {
      if (list[i] === name) {
        list[i + 1] = value;
        this.removeFrom(i + 2, name);
        return;
      }
    }
    list.push(name, value);
  }

  /** Removes every field of this name; returns how many there were. */
  remove(name: string): number {
    return this.removeFrom(0, name);
  }

  /** A copy that shares nothing with this one. */
  clone(): HeaderMap {
    const copy = new HeaderMap();
    copy.method = this.method;
    copy.path = this.path;
    copy.authority = this.authority;
    copy.scheme = this.scheme;
    copy.upgradeType = this.upgradeType;
    copy.status = this.status;
    copy.nameFormat = this.nameFormat;
    for (let i = 0; i < this.list.length; i++) copy.list.push(this.list[i] as string);
    return copy;
  }

  private removeFrom(start: number, name: string): number {
    const list = this.list;
    let kept = start;
    for (let i = start; i < list.length; i += 2) {
      if (list[i] === name) continue;
      if (kept !== i) {
        list[kept] = list[i] as string;
        list[kept + 1] = list[i + 1] as string;
      }
      kept += 2;
    }
    const removed = (list.length - kept) >> 1;
    // Setting the length is a call into the runtime, which every request would pay several times.
    for (let i = list.length; i > kept; i--) list.pop();
    return removed;
  }
}
