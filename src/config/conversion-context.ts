import type { Message } from "@bufbuild/protobuf";
import type { Any, Duration } from "@bufbuild/protobuf/wkt";
import { getField } from "./decode/message-access.js";
import type { ProblemList } from "./decode/problem-list.js";
import { type MessageSource, problemPlace, protoName, type SourceMap, type Unpacked } from "./decode/source-map.js";
import type { FieldName } from "./field-name.js";

/** Nanoseconds in a millisecond. */
const NANOS_PER_MS = 1_000_000;

/**
 * What all converters have in common: where problems go, and the way from a message back to its lines. A converter
 * that cannot make its object reports an error and returns null; the caller leaves the object out and goes on.
 */
export class ConversionContext {
  readonly sourceMap: SourceMap;
  /** Names of the static clusters, for routes that refer to them; null when some of them could not be read. */
  readonly clusterNames: ReadonlySet<string> | null;
  /** `node.id`, for those who may call themselves by it; empty when there is none. */
  nodeId = "";
  /** Names of disabled HTTP filters of the connection manager at hand that Sluice does not have: no route may enable them. */
  readonly leftOutFilters = new Set<string>();
  private readonly problems: ProblemList;
  /** `--strict` makes errors of the warnings. */
  private readonly strict: boolean;
  /** Set while an object is converted that nothing depends on: what it lacks is then a warning. */
  private spare: { incomplete: boolean } | null = null;

  constructor(sourceMap: SourceMap, problems: ProblemList, clusterNames: ReadonlySet<string> | null, strict: boolean) {
    this.sourceMap = sourceMap;
    this.problems = problems;
    this.clusterNames = clusterNames;
    this.strict = strict;
  }

  /** An error at a field of a message, or at the message itself. Silent if the field has had an error already. */
  error<M extends Message>(message: M, field: FieldName<M> | null, text: string, suggestion = ""): void {
    this.report("error", message, field, undefined, text, suggestion);
  }

  /** An error at one item of a list, or at one value of a map. */
  itemError<M extends Message>(
    message: M,
    field: FieldName<M>,
    key: number | string,
    text: string,
    suggestion = "",
  ): void {
    this.report("error", message, field, key, text, suggestion);
  }

  /** Something that is left out and does no harm: a warning, or an error if the user wants to know for sure. */
  noEffect<M extends Message>(message: M, field: FieldName<M> | null, text: string, suggestion = ""): void {
    this.report(this.strict ? "error" : "warning", message, field, undefined, text, suggestion);
  }

  /** As `noEffect`, for an item of a list or the value of a key. */
  itemNoEffect<M extends Message>(message: M, field: FieldName<M>, key: number | string, text: string): void {
    this.report(this.strict ? "error" : "warning", message, field, key, text, "");
  }

  /** What Sluice does not do yet, though Envoy does. */
  notImplemented<M extends Message>(message: M, field: FieldName<M> | null, what: string): void {
    this.unavailable(message, field, `${what} is known but not implemented by Sluice yet`);
  }

  /**
   * Something that Envoy has and Sluice has not, so that the object cannot work as configured: an error, or a warning
   * where the object can be left out.
   */
  unavailable<M extends Message>(message: M, field: FieldName<M> | null, text: string, suggestion = ""): void {
    if (this.spare === null) {
      this.error(message, field, text, suggestion);
      return;
    }
    this.spare.incomplete = true;
    this.noEffect(message, field, `${text}; no route leads to this cluster, so it is left out`);
  }

  /** Converts an object that nothing depends on. Null when it needs something that Sluice does not have. */
  convertSpare<T>(convert: () => T | null): T | null {
    const spare = { incomplete: false };
    this.spare = spare;
    const result = convert();
    this.spare = null;
    return spare.incomplete ? null : result;
  }

  /** Whether a field has had an error, so that its value is not the one that is meant. */
  isBroken<M extends Message>(message: M, field: FieldName<M>): boolean {
    return this.sourceMap.isBroken(message, field);
  }

  /** The value of an enum field by its proto name; the number for values that the enum does not define. */
  enumName<M extends Message>(message: M, fieldName: FieldName<M>): string {
    const field = this.sourceOf(message)?.desc.field[fieldName];
    if (field?.enum === undefined) throw new Error(`${message.$typeName}.${fieldName} is no enum`);
    const number = getField(message, field) as number | undefined;
    const value = field.enum.values.find((candidate) => candidate.number === (number ?? 0));
    return value?.name ?? String(number);
  }

  unpack(any: Any): Unpacked | null {
    return this.sourceMap.unpacked(any);
  }

  /** A duration in milliseconds. A part of a millisecond counts as a whole one: only zero means "off". */
  milliseconds<M extends Message>(
    message: M,
    field: FieldName<M>,
    value: Duration | undefined,
    standard: number,
  ): number;
  milliseconds<M extends Message>(
    message: M,
    field: FieldName<M>,
    value: Duration | undefined,
    standard: null,
  ): number | null;
  milliseconds<M extends Message>(
    message: M,
    field: FieldName<M>,
    value: Duration | undefined,
    standard: number | null,
  ): number | null {
    if (value === undefined) return standard;
    const result = Number(value.seconds) * 1000 + Math.ceil(value.nanos / NANOS_PER_MS);
    if (value.seconds >= 0n && value.nanos >= 0) return result;
    this.error(message, field, "must not be negative");
    return standard;
  }

  /** Line and column of a message, for texts that refer to another place. */
  lineOf(message: Message): number {
    return this.sourceMap.position(message)?.line ?? 0;
  }

  /** Where a message stands: `static_resources.listeners[0].name`. */
  pathOf(message: Message): string {
    return this.sourceMap.path(message);
  }

  private report<M extends Message>(
    severity: "error" | "warning",
    message: M,
    field: FieldName<M> | null,
    key: number | string | undefined,
    text: string,
    suggestion: string,
  ): void {
    const source = this.sourceOf(message);
    if (source === null || (field !== null && source.broken.has(field))) return;
    const place = problemPlace(source, field ?? undefined, key);
    const isOneof = source.desc.oneofs.some((oneof) => oneof.localName === field);
    const path = field === null || isOneof ? source.path : source.fieldPath(protoName(source.desc, field), key);
    this.problems[severity](place.text, place.offset, path, text, suggestion);
  }

  private sourceOf(message: Message): MessageSource | null {
    return this.sourceMap.source(message);
  }
}
