import {
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescOneof,
  getExtension,
  hasExtension,
  type Message,
} from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { DescriptorStore } from "../decode/descriptor-store.js";
import { getField, isMessageValue, oneofCase } from "../decode/message-access.js";
import type { ProblemList } from "../decode/problem-list.js";
import { type MessageSource, problemPlace, type SourceMap } from "../decode/source-map.js";
import type { Deprecations } from "./deprecations.js";
import { type CompiledRules, compileRules } from "./field-rules.js";
import { MessageChecks } from "./message-checks.js";

const VALIDATE_PROTO = "validate/validate.proto";

interface MessageRules {
  readonly fields: readonly { readonly field: DescField; readonly rules: CompiledRules }[];
  readonly requiredOneofs: readonly DescOneof[];
}

/**
 * Checks messages against the constraints that Envoy's protos carry themselves: `(validate.rules)` of fields,
 * `(validate.required)` of oneofs (https://github.com/bufbuild/protoc-gen-validate). Goes into everything that an `Any`
 * holds. A field that could not be read has had its error and is not checked. On the way it shows each message to the
 * checks that look at several fields, and to those for what is deprecated.
 */
export class RuleValidator {
  private readonly sourceMap: SourceMap;
  private readonly problems: ProblemList;
  private readonly rules: DescExtension;
  private readonly required: DescExtension;
  private readonly checks: MessageChecks;
  private readonly deprecations: Deprecations;
  private readonly compiled = new Map<DescMessage, MessageRules>();

  constructor(descriptors: DescriptorStore, sourceMap: SourceMap, problems: ProblemList, deprecations: Deprecations) {
    this.sourceMap = sourceMap;
    this.problems = problems;
    this.rules = descriptors.requireExtension(VALIDATE_PROTO, "validate.rules");
    this.required = descriptors.requireExtension(VALIDATE_PROTO, "validate.required");
    this.checks = new MessageChecks(problems);
    this.deprecations = deprecations;
  }

  /** A message and all below it. Messages that no text stands for are taken as correct. */
  validate(message: Message): void {
    const source = this.sourceMap.source(message);
    if (source === null) return;
    if (source.desc.typeName === "google.protobuf.Any") {
      const unpacked = this.sourceMap.unpacked(message as Any);
      if (unpacked !== null) this.validate(unpacked.message);
      return;
    }
    const { fields, requiredOneofs } = this.rulesOf(source.desc);
    for (const oneof of requiredOneofs) this.checkOneof(message, oneof, source);
    for (const { field, rules } of fields) {
      if (!source.broken.has(field.localName)) this.checkField(message, field, rules, source);
      this.descend(getField(message, field), field, rules);
    }
    this.checks.check(message, source);
    this.deprecations.note(message, source);
  }

  private checkOneof(message: Message, oneof: DescOneof, source: MessageSource): void {
    if (oneofCase(message, oneof) !== undefined || source.broken.has(oneof.localName)) return;
    const names = oneof.fields.map((field) => `\`${field.name}\``);
    const text = names.length === 1 ? `${names[0]} is required` : `one of ${names.join(", ")} is required`;
    this.problems.error(source.text, source.offset, source.path, text);
  }

  private checkField(message: Message, field: DescField, rules: CompiledRules, source: MessageSource): void {
    const value = getField(message, field);
    if (field.fieldKind === "list") this.checkList(value as unknown[], field, rules, source);
    else if (field.fieldKind === "map") this.checkMap(value as Record<string, unknown>, field, rules, source);
    else if (value !== undefined) this.checkValue(value, field, rules, source);
    else if (rules.required && field.oneof === undefined) {
      this.problems.error(source.text, source.offset, source.fieldPath(field.name), `\`${field.name}\` is required`);
    }
  }

  private checkValue(value: unknown, field: DescField, rules: CompiledRules, source: MessageSource): void {
    for (const check of rules.value) {
      const wrong = check(value);
      if (wrong !== null) this.report(source, field, undefined, wrong);
    }
  }

  private checkList(list: readonly unknown[], field: DescField, rules: CompiledRules, source: MessageSource): void {
    for (const check of rules.size) {
      const wrong = check(list.length);
      if (wrong !== null) this.report(source, field, undefined, wrong);
    }
    const seen = new Set<unknown>();
    for (const [index, item] of list.entries()) {
      for (const check of rules.value) {
        const wrong = check(item);
        if (wrong !== null) this.report(source, field, index, wrong);
      }
      if (rules.unique && seen.has(item)) this.report(source, field, index, "must not repeat an earlier item");
      seen.add(item);
    }
  }

  private checkMap(
    map: Readonly<Record<string, unknown>>,
    field: DescField,
    rules: CompiledRules,
    source: MessageSource,
  ): void {
    const entries = Object.entries(map);
    for (const check of rules.size) {
      const wrong = check(entries.length);
      if (wrong !== null) this.report(source, field, undefined, wrong);
    }
    for (const [key, value] of entries) {
      for (const check of rules.key) {
        const wrong = check(key);
        if (wrong !== null) this.report(source, field, key, `the key ${wrong}`);
      }
      for (const check of rules.value) {
        const wrong = check(value);
        if (wrong !== null) this.report(source, field, key, wrong);
      }
    }
  }

  private descend(value: unknown, field: DescField, rules: CompiledRules): void {
    if (field.message === undefined || rules.skip || typeof value !== "object" || value === null) return;
    if (isMessageValue(value)) this.validate(value);
    else if (field.fieldKind !== "message") {
      for (const item of Object.values(value)) if (isMessageValue(item)) this.validate(item);
    }
  }

  /** Something that the text does not set is reported where its message begins. */
  private report(source: MessageSource, field: DescField, key: number | string | undefined, wrong: string): void {
    const place = problemPlace(source, field.localName, key);
    const missing = !source.fields.has(field.localName);
    const message = missing ? `\`${field.name}\` is missing: it ${wrong}` : wrong;
    this.problems.error(place.text, place.offset, source.fieldPath(field.name, key), message);
    source.broken.add(field.localName);
  }

  private rulesOf(desc: DescMessage): MessageRules {
    const known = this.compiled.get(desc);
    if (known !== undefined) return known;
    const rules = {
      fields: desc.fields.map((field) => ({ field, rules: compileRules(field, this.rules) })),
      requiredOneofs: desc.oneofs.filter((oneof) => this.isRequired(oneof)),
    };
    this.compiled.set(desc, rules);
    return rules;
  }

  private isRequired(oneof: DescOneof): boolean {
    const options = oneof.proto.options;
    return (
      options !== undefined && hasExtension(options, this.required) && Boolean(getExtension(options, this.required))
    );
  }
}
