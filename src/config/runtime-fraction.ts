import type { FractionalPercent, RuntimeFractionConfig } from "../common/runtime.js";
import type { RuntimeFractionalPercent } from "../gen/envoy/config/core/v3/base_pb.js";
import type { FractionalPercent as PercentMessage } from "../gen/envoy/type/v3/percent_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable, values } from "./implemented-fields.js";

/** By the name of `envoy.type.v3.FractionalPercent.DenominatorType`. */
export const PERCENT_DENOMINATORS: Readonly<Record<string, number>> = {
  HUNDRED: 100,
  TEN_THOUSAND: 10_000,
  MILLION: 1_000_000,
};

export const FRACTIONAL_PERCENT_FIELDS: MessageTable = implemented<PercentMessage>("envoy.type.v3.FractionalPercent", {
  numerator: true,
  denominator: values(() => PERCENT_DENOMINATORS),
});

export const RUNTIME_FRACTION_FIELDS: MessageTable = implemented<RuntimeFractionalPercent>(
  "envoy.config.core.v3.RuntimeFractionalPercent",
  { default_value: FRACTIONAL_PERCENT_FIELDS, runtime_key: true },
);

export function convertFractionalPercent(message: PercentMessage, context: ConversionContext): FractionalPercent {
  const denominator = PERCENT_DENOMINATORS[context.enumName(message, "denominator")] ?? 100;
  return { numerator: message.numerator, denominator };
}

/** A share with the runtime key that may override it. */
export function convertRuntimeFraction(
  message: RuntimeFractionalPercent,
  context: ConversionContext,
): RuntimeFractionConfig {
  const { defaultValue, runtimeKey } = message;
  // The default is required by the proto's own constraints.
  const standard =
    defaultValue === undefined ? { numerator: 0, denominator: 100 } : convertFractionalPercent(defaultValue, context);
  return { defaultValue: standard, runtimeKey };
}
