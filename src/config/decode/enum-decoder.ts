import type { DescEnum } from "@bufbuild/protobuf";
import { closestName } from "./closest-name.js";
import { didYouMean, Fault } from "./fault.js";
import { v2ValueName } from "./v2-hints.js";
import { describeValue, type YamlValue } from "./yaml-value.js";

/** Values listed in a message before it becomes unreadable. */
const MAX_LISTED = 12;
const MAX_INT32 = 2n ** 31n;

/** An enum by name or by number. Numbers that the enum does not define are left to the proto's own constraints. */
export function decodeEnum(desc: DescEnum, node: YamlValue): number | Fault {
  if (node.kind === "scalar") {
    const value = typeof node.value === "number" && Number.isInteger(node.value) ? BigInt(node.value) : node.value;
    if (typeof value === "bigint" && value >= -MAX_INT32 && value < MAX_INT32) return Number(value);
    // Envoy does not look at the case, and its older examples have `type: strict_dns`.
    const name = typeof value === "string" ? value.toUpperCase() : "";
    const named = desc.values.find((candidate) => candidate.name.toUpperCase() === name);
    if (named !== undefined) return named.number;
  }
  const names = desc.values.map((value) => value.name);
  const listed = names.length <= MAX_LISTED ? `one of ${names.join(", ")}` : `a value of ${desc.typeName}`;
  const proposal =
    node.kind === "scalar"
      ? (v2ValueName(desc.typeName, node.source.toUpperCase()) ?? closestName(node.source, names))
      : null;
  return new Fault(`expected ${listed}; found ${describeValue(node)}`, didYouMean(proposal));
}
