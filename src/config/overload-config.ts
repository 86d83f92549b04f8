import type { Message } from "@bufbuild/protobuf";
import type {
  LoadShedPoint,
  OverloadAction,
  OverloadManager,
  ResourceMonitor,
  ScaledTrigger,
  ThresholdTrigger,
  Trigger,
} from "../gen/envoy/config/overload/v3/overload_pb.js";
import type { OverloadActionConfig, OverloadConfig, OverloadTriggerConfig } from "../overload/overload-config.js";
import { OVERLOAD_ACTION_NAMES } from "../overload/overload-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { closestName } from "./decode/closest-name.js";
import { extensions, ignored, implemented, type MessageTable } from "./implemented-fields.js";
import { convertResourceMonitor, RESOURCE_MONITORS } from "./resource-monitors.js";

const DEFAULT_REFRESH_INTERVAL_MS = 1_000;

const TRIGGER_FIELDS = implemented<Trigger>("envoy.config.overload.v3.Trigger", {
  name: true,
  threshold: implemented<ThresholdTrigger>("envoy.config.overload.v3.ThresholdTrigger", { value: true }),
  scaled: implemented<ScaledTrigger>("envoy.config.overload.v3.ScaledTrigger", {
    scaling_threshold: true,
    saturation_threshold: true,
  }),
});

export const OVERLOAD_FIELDS: MessageTable = implemented<OverloadManager>("envoy.config.overload.v3.OverloadManager", {
  refresh_interval: true,
  resource_monitors: implemented<ResourceMonitor>("envoy.config.overload.v3.ResourceMonitor", {
    name: true,
    typed_config: extensions(() => RESOURCE_MONITORS.map(({ table }) => table)),
  }),
  actions: implemented<OverloadAction>("envoy.config.overload.v3.OverloadAction", {
    name: true,
    triggers: TRIGGER_FIELDS,
    // Belongs to actions that the converter warns about.
    typed_config: true,
  }),
  loadshed_points: implemented<LoadShedPoint>("envoy.config.overload.v3.LoadShedPoint", {
    name: true,
    triggers: TRIGGER_FIELDS,
  }),
  buffer_factory_config: ignored("no stream is reset for the memory that it holds"),
});

/** What Envoy can do besides. */
const OTHER_ACTIONS: readonly string[] = [
  "envoy.overload_actions.shrink_heap",
  "envoy.overload_actions.reduce_timeouts",
  "envoy.overload_actions.reset_high_memory_stream",
  "envoy.overload_actions.close_idle_http_connections",
  "envoy.load_shed_points.http1_server_abort_dispatch",
  "envoy.load_shed_points.http2_server_go_away_on_dispatch",
  "envoy.load_shed_points.http2_server_go_away_and_close_on_dispatch",
  "envoy.load_shed_points.hcm_ondata_creating_codec",
  "envoy.load_shed_points.http_downstream_filter_check",
  "envoy.load_shed_points.connection_pool_new_connection",
];

/** Null where nothing is watched. */
export function convertOverload(
  message: OverloadManager | undefined,
  context: ConversionContext,
): OverloadConfig | null {
  if (message === undefined) return null;
  reportDuplicates(message.resourceMonitors, "resource monitor", context);
  reportDuplicates(message.actions, "action", context);
  reportDuplicates(message.loadshedPoints, "load shed point", context);
  const resources = new Set(message.resourceMonitors.map(({ name }) => name));
  return {
    refreshIntervalMs: Math.max(
      1,
      context.milliseconds(message, "refreshInterval", message.refreshInterval, DEFAULT_REFRESH_INTERVAL_MS),
    ),
    monitors: message.resourceMonitors
      .map((monitor) => convertResourceMonitor(monitor, context))
      .filter((monitor) => monitor !== null),
    actions: [
      ...message.actions.map((action) => convertAction(action, "envoy.overload_actions.", resources, context)),
      ...message.loadshedPoints.map((point) => convertAction(point, "envoy.load_shed_points.", resources, context)),
    ].filter((action) => action !== null),
  };
}

function reportDuplicates(messages: readonly NamedMessage[], kind: string, context: ConversionContext): void {
  const seen = new Set<string>();
  for (const message of messages) {
    if (seen.has(message.name)) context.error(message, "name", `there is another ${kind} "${message.name}"`);
    seen.add(message.name);
  }
}

type NamedMessage = Message & { readonly name: string };

function convertAction(
  message: OverloadAction | LoadShedPoint,
  prefix: string,
  resources: ReadonlySet<string>,
  context: ConversionContext,
): OverloadActionConfig | null {
  const triggers = convertTriggers(message, resources, context);
  const name = OVERLOAD_ACTION_NAMES.find((known) => known === message.name && known.startsWith(prefix));
  if (name !== undefined) return { name, triggers };
  reportUnknownAction(message, prefix, context);
  return null;
}

function reportUnknownAction(
  message: OverloadAction | LoadShedPoint,
  prefix: string,
  context: ConversionContext,
): void {
  const { name } = message;
  if (OTHER_ACTIONS.includes(name) && name.startsWith(prefix)) {
    context.noEffect(message, "name", `${name} is known but not implemented by Sluice yet; it has no effect`);
    return;
  }
  const known = [...OVERLOAD_ACTION_NAMES, ...OTHER_ACTIONS].filter((candidate) => candidate.startsWith(prefix));
  const closest = closestName(name, known);
  const kind = prefix === "envoy.overload_actions." ? "overload action" : "load shed point";
  const implementedNames = OVERLOAD_ACTION_NAMES.filter((candidate) => candidate.startsWith(prefix)).join(", ");
  const hint = closest === null ? `implemented: ${implementedNames}` : `did you mean \`${closest}\`?`;
  context.error(message, "name", `there is no ${kind} "${name}"`, hint);
}

function convertTriggers(
  message: OverloadAction | LoadShedPoint,
  resources: ReadonlySet<string>,
  context: ConversionContext,
): OverloadTriggerConfig[] {
  const seen = new Set<string>();
  const triggers: OverloadTriggerConfig[] = [];
  for (const trigger of message.triggers) {
    if (!resources.has(trigger.name)) {
      const closest = closestName(trigger.name, resources);
      const hint = closest === null ? "" : `did you mean \`${closest}\`?`;
      context.error(trigger, "name", `there is no resource monitor "${trigger.name}"`, hint);
    }
    if (seen.has(trigger.name)) context.error(trigger, "name", `there is another trigger for "${trigger.name}"`);
    seen.add(trigger.name);
    const range = rangeOf(trigger, context);
    if (range !== null) triggers.push({ resource: trigger.name, ...range });
  }
  return triggers;
}

/** Null for what breaks a constraint of the proto and has been reported. */
function rangeOf(trigger: Trigger, context: ConversionContext): { from: number; to: number } | null {
  const { triggerOneof: kind } = trigger;
  switch (kind.case) {
    case "threshold":
      return { from: kind.value.value, to: kind.value.value };
    case "scaled": {
      const { scalingThreshold: from, saturationThreshold: to } = kind.value;
      if (from >= to) context.error(kind.value, "saturationThreshold", "must be more than `scaling_threshold`");
      return { from, to };
    }
    case undefined:
      return null;
  }
}
