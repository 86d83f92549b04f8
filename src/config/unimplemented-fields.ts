import type { DescField, Message } from "@bufbuild/protobuf";
import type { BoolValue } from "@bufbuild/protobuf/wkt";
import { getField, isMessageValue } from "./decode/message-access.js";
import type { ProblemList } from "./decode/problem-list.js";
import type { MessageSource, SourceMap } from "./decode/source-map.js";
import { isWellKnown } from "./decode/well-known-decoder.js";
import { type Implementation, isAny, type MessageTable } from "./implemented-fields.js";

const NOT_YET = "is known but not implemented by Sluice yet";

/** Why what is refused elsewhere is only a warning in a cluster that no route leads to. */
export const NOTHING_LEADS_HERE = "no route leads to this cluster, so it does no harm";

/**
 * Reports every field that a configuration sets and that Sluice does not implement: nothing is ignored in silence. A
 * field without presence that is set to its zero value says nothing and is passed over.
 */
export class UnimplementedFields {
  private readonly sourceMap: SourceMap;
  private readonly problems: ProblemList;
  /** `--strict` makes errors of the warnings. */
  private readonly severity: "error" | "warning";
  /** Clusters that no request can reach: what is refused there is a warning. */
  private readonly unused: ReadonlySet<Message>;
  private inUnused = false;

  constructor(sourceMap: SourceMap, problems: ProblemList, strict: boolean, unused: ReadonlySet<Message> = new Set()) {
    this.sourceMap = sourceMap;
    this.problems = problems;
    this.severity = strict ? "error" : "warning";
    this.unused = unused;
  }

  report(message: Message, table: MessageTable): void {
    const isUnused = this.unused.has(message);
    if (isUnused) this.inUnused = true;
    this.reportFields(message, table);
    if (isUnused) this.inUnused = false;
  }

  private reportFields(message: Message, table: MessageTable): void {
    const source = this.sourceMap.source(message);
    if (source === null) return;
    for (const field of source.desc.fields) {
      if (!source.fields.has(field.localName) || source.broken.has(field.localName)) continue;
      const value = getField(message, field);
      if (value === undefined) continue;
      const implementation = table.fields[field.name];
      if (implementation === undefined) this.reportUnknown(source, field, value);
      else this.reportBelow(source, field, value, implementation);
    }
  }

  private reportBelow(source: MessageSource, field: DescField, value: unknown, implementation: Implementation): void {
    if (implementation === true) return;
    if (typeof implementation === "function") {
      this.reportBelow(source, field, value, implementation());
      return;
    }
    switch (implementation.kind) {
      case "message":
        for (const message of messagesIn(value)) this.report(message, implementation);
        return;
      case "extensions":
        for (const message of messagesIn(value))
          if (isAny(message)) this.reportExtension(message, implementation.tables());
        return;
      case "sameAs":
        if (value !== implementation.value) this.reportUnknown(source, field, value);
        return;
      case "ignored":
        if (isEmpty(field, value) || this.saysNothing(value)) return;
        this.problem(this.severity, source, field, `${NOT_YET}: ${implementation.reason}`);
        return;
      case "values":
      case "refusedByConverter":
        // The converter has reported what it does not take.
        return;
      case "refused":
        if (isEmpty(field, value) || this.saysNothing(value)) return;
        if (this.inUnused) this.problem(this.severity, source, field, `${NOT_YET}; ${NOTHING_LEADS_HERE}`);
        else this.problem("error", source, field, `${NOT_YET}: ${implementation.reason}`);
    }
  }

  /** A type without a table has had its error from the converter. */
  private reportExtension(any: Parameters<SourceMap["unpacked"]>[0], tables: readonly MessageTable[]): void {
    const unpacked = this.sourceMap.unpacked(any);
    const table = tables.find((candidate) => candidate.typeName === unpacked?.desc.typeName);
    if (unpacked !== null && table !== undefined) this.report(unpacked.message, table);
  }

  private reportUnknown(source: MessageSource, field: DescField, value: unknown): void {
    if (isEmpty(field, value)) return;
    this.problem(this.severity, source, field, `${NOT_YET}; it has no effect`);
  }

  /** `{}` and `false` ask for nothing. */
  private saysNothing(value: unknown): boolean {
    if (value === false) return true;
    if (!isMessageValue(value)) return false;
    // In a oneof a wrapper stays a message.
    if (value.$typeName === "google.protobuf.BoolValue") return !(value as BoolValue).value;
    const source = this.sourceMap.source(value);
    return source !== null && !isWellKnown(source.desc) && source.fields.size === 0;
  }

  private problem(severity: "error" | "warning", source: MessageSource, field: DescField, text: string): void {
    const place = source.fields.get(field.localName);
    if (place === undefined) return;
    this.problems[severity](place.text, place.keyOffset, source.fieldPath(field.name), `\`${field.name}\` ${text}`);
  }
}

function messagesIn(value: unknown): Message[] {
  if (isMessageValue(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).filter(isMessageValue) : [];
}

/** Set in the text and yet the same as not set. Fields with presence, messages among them, are never that. */
function isEmpty(field: DescField, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (field.fieldKind === "map") return Object.keys(value as object).length === 0;
  if (field.oneof !== undefined || field.message !== undefined || field.proto.proto3Optional) return false;
  return value === 0 || value === 0n || value === "" || value === false;
}
