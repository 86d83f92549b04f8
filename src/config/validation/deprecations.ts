import {
  type DescExtension,
  type DescField,
  type DescMessage,
  getExtension,
  hasExtension,
  type Message,
} from "@bufbuild/protobuf";
import type { RuntimeValues } from "../../common/runtime.js";
import type { DescriptorStore } from "../decode/descriptor-store.js";
import { getField } from "../decode/message-access.js";
import type { ProblemList } from "../decode/problem-list.js";
import type { FieldSource, MessageSource } from "../decode/source-map.js";
import { deprecationHint } from "./deprecation-hints.js";

const ANNOTATIONS_PROTO = "envoy/annotations/deprecation.proto";

/** Runtime keys by which Envoy is told how to take what is deprecated. */
const FAIL_ON_ANY = "envoy.features.fail_on_any_deprecated_feature";
const ALLOW_ALL = "envoy.features.enable_all_deprecated_features";
const ALLOW_ONE_PREFIX = "envoy.deprecated_features:";

interface DeprecatedField {
  readonly field: DescField;
  /** The field itself; else only some of its enum's values. */
  readonly always: boolean;
  readonly isDisallowed: boolean;
}

interface Use {
  readonly source: MessageSource;
  readonly field: DescField;
  /** Full name of the field, or of the enum's value. */
  readonly name: string;
  readonly isDisallowed: boolean;
}

/**
 * What a configuration uses though Envoy's API marks it as deprecated: a warning as in Envoy, and an error for what its
 * protos disallow (`envoy.annotations.disallowed_by_default`) and the runtime does not allow again.
 */
export class Deprecations {
  private readonly problems: ProblemList;
  private readonly disallowed: DescExtension;
  private readonly disallowedValue: DescExtension;
  private readonly byMessage = new Map<DescMessage, readonly DeprecatedField[]>();
  private readonly uses: Use[] = [];

  constructor(descriptors: DescriptorStore, problems: ProblemList) {
    this.problems = problems;
    const extension = (name: string) => descriptors.requireExtension(ANNOTATIONS_PROTO, `envoy.annotations.${name}`);
    this.disallowed = extension("disallowed_by_default");
    this.disallowedValue = extension("disallowed_by_default_enum");
  }

  /** Looks at the fields that the text sets in one message. */
  note(message: Message, source: MessageSource): void {
    for (const { field, always, isDisallowed } of this.fieldsOf(source.desc)) {
      if (!source.fields.has(field.localName)) continue;
      const name = `${field.parent.typeName}.${field.name}`;
      if (always) this.uses.push({ source, field, name, isDisallowed });
      else this.noteValue(message, source, field);
    }
  }

  /** At the end: where there is another problem, a warning about what is old is of less interest. */
  report(runtime: RuntimeValues): void {
    for (const { source, field, name, isDisallowed } of this.uses) {
      const place = source.fields.get(field.localName);
      if (place === undefined) continue;
      const refused = runtime[FAIL_ON_ANY] === true || (isDisallowed && !isAllowed(runtime, name));
      if (!refused && (this.hasOtherProblem(place) || this.isBelowOtherProblem(source))) continue;
      const shortName = name.slice(name.lastIndexOf(".") + 1);
      const text = isDisallowed ? "is deprecated, and no longer allowed by Envoy" : "is deprecated in Envoy's API";
      const path = source.fieldPath(field.name);
      const severity = refused ? "error" : "warning";
      this.problems[severity](place.text, place.keyOffset, path, `\`${shortName}\` ${text}`, deprecationHint(name));
    }
  }

  private hasOtherProblem(place: FieldSource): boolean {
    return [place.keyOffset, place.valueOffset].some((offset) => this.problems.isMarked(place.text, offset));
  }

  /** Whether a field around the message, such as one that has no effect, has been reported as a whole. */
  private isBelowOtherProblem(source: MessageSource): boolean {
    const { parent } = source;
    if (parent === null) return false;
    for (const field of parent.fields.values()) {
      if (this.problems.isMarked(field.text, field.keyOffset) && holds(field, source)) return true;
    }
    return this.isBelowOtherProblem(parent);
  }

  private noteValue(message: Message, source: MessageSource, field: DescField): void {
    const value = field.enum?.values.find(({ number }) => number === getField(message, field));
    if (field.enum === undefined || value?.deprecated !== true) return;
    const isDisallowed = isSet(value.proto.options, this.disallowedValue);
    this.uses.push({ source, field, name: `${field.enum.typeName}.${value.name}`, isDisallowed });
  }

  private fieldsOf(desc: DescMessage): readonly DeprecatedField[] {
    const known = this.byMessage.get(desc);
    if (known !== undefined) return known;
    const fields = desc.fields
      .filter((field) => field.deprecated || field.enum?.values.some((value) => value.deprecated) === true)
      .map((field) => ({
        field,
        always: field.deprecated,
        isDisallowed: isSet(field.proto.options, this.disallowed),
      }));
    this.byMessage.set(desc, fields);
    return fields;
  }
}

function isSet(options: Message | undefined, extension: DescExtension): boolean {
  return options !== undefined && hasExtension(options, extension) && getExtension(options, extension) === true;
}

function isAllowed(runtime: RuntimeValues, name: string): boolean {
  return runtime[ALLOW_ALL] === true || runtime[`${ALLOW_ONE_PREFIX}${name}`] === true;
}

function holds(field: FieldSource, source: MessageSource): boolean {
  if (field.valueOffset === source.offset) return true;
  return [...(field.items?.values() ?? [])].some(({ offset }) => offset === source.offset);
}
