import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { getField } from "../decode/message-access.js";
import type { ProblemList } from "../decode/problem-list.js";
import { type MessageSource, problemPlace } from "../decode/source-map.js";
import { PERCENT_DENOMINATORS } from "../runtime-fraction.js";

/** What is wrong with the fields of a message taken together. */
interface Fault {
  readonly field: DescField;
  readonly severity: "error" | "warning";
  readonly text: string;
}

/** Null when nothing is. */
type MessageCheck = (message: Message) => Fault | null;

const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * What the fields of a message say together and the protos' own constraints cannot check: durations out of order, more
 * than the whole of a share. By the form of the message, so that it holds for extensions that nobody converts as well.
 */
export class MessageChecks {
  private readonly problems: ProblemList;
  private readonly byMessage = new Map<DescMessage, readonly MessageCheck[]>();

  constructor(problems: ProblemList) {
    this.problems = problems;
  }

  check(message: Message, source: MessageSource): void {
    for (const check of this.checksOf(source.desc)) {
      const fault = check(message);
      if (fault === null || source.broken.has(fault.field.localName)) continue;
      const place = problemPlace(source, fault.field.localName);
      this.problems[fault.severity](place.text, place.offset, source.fieldPath(fault.field.name), fault.text);
      if (fault.severity === "error") source.broken.add(fault.field.localName);
    }
  }

  private checksOf(desc: DescMessage): readonly MessageCheck[] {
    const known = this.byMessage.get(desc);
    if (known !== undefined) return known;
    const checks = [backOffCheck(desc), ...(TYPE_CHECKS[desc.typeName]?.(desc) ?? [])].filter(
      (check) => check !== null,
    );
    this.byMessage.set(desc, checks);
    return checks;
  }
}

/** All back-offs of the API, of which there are many messages, name their two ends alike. */
function backOffCheck(desc: DescMessage): MessageCheck | null {
  const base = durationField(desc, "baseInterval");
  const max = durationField(desc, "maxInterval");
  if (base === null || max === null) return null;
  return (message) => {
    const [from, to] = [nanosOf(message, base), nanosOf(message, max)];
    if (from === null || to === null || to >= from) return null;
    return error(max, `must not be below \`base_interval\` (${Number(from / 1_000_000n)} ms)`);
  };
}

const TYPE_CHECKS: Readonly<Record<string, (desc: DescMessage) => readonly MessageCheck[]>> = {
  "envoy.type.v3.FractionalPercent": (desc) => {
    const [numerator, denominator] = [fieldOf(desc, "numerator"), fieldOf(desc, "denominator")];
    return [
      (message) => {
        const count = getField(message, numerator) as number;
        const name =
          denominator.enum?.values.find(({ number }) => number === getField(message, denominator))?.name ?? "";
        const whole = PERCENT_DENOMINATORS[name];
        if (whole === undefined || count <= whole) return null;
        // Envoy takes it for all.
        return { field: numerator, severity: "warning", text: `is more than the whole of ${whole}: it counts as all` };
      },
    ];
  },
  "envoy.config.bootstrap.v3.Bootstrap": (desc) => {
    const [eviction, flush] = [fieldOf(desc, "statsEvictionInterval"), fieldOf(desc, "statsFlushInterval")];
    return [
      (message) => {
        const every = nanosOf(message, eviction);
        const flushed = nanosOf(message, flush) ?? DEFAULT_FLUSH_NANOS;
        if (every === null || flushed <= 0n || every % flushed === 0n) return null;
        return error(eviction, "must be a multiple of `stats_flush_interval`");
      },
    ];
  },
};

const DEFAULT_FLUSH_NANOS = 5n * NANOS_PER_SECOND;

function error(field: DescField, text: string): Fault {
  return { field, severity: "error", text };
}

function fieldOf(desc: DescMessage, localName: string): DescField {
  const field = desc.field[localName];
  if (field === undefined) throw new Error(`${desc.typeName} has no field ${localName}`);
  return field;
}

function durationField(desc: DescMessage, localName: string): DescField | null {
  const field = desc.field[localName];
  return field?.fieldKind === "message" && field.message.typeName === "google.protobuf.Duration" ? field : null;
}

function nanosOf(message: Message, field: DescField): bigint | null {
  const duration = getField(message, field) as Duration | undefined;
  return duration === undefined ? null : duration.seconds * NANOS_PER_SECOND + BigInt(duration.nanos);
}
