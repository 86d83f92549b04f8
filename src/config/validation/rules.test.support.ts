import { fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { DescriptorStore } from "../decode/descriptor-store.js";
import type { ValueCheck } from "./value-check.js";

/** Rules as a proto file would have them. */
export function rules<M extends Message>(typeName: M["$typeName"], json: JsonValue): M {
  return fromJson(DescriptorStore.packed().requireMessage(typeName), json) as M;
}

/** The first thing that is wrong with a value. */
export function firstFault(checks: readonly ValueCheck[], value: unknown): string | null {
  for (const check of checks) {
    const wrong = check(value);
    if (wrong !== null) return wrong;
  }
  return null;
}
