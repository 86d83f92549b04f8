import { LB_METADATA, type MetadataStruct } from "../common/metadata.js";
import type {
  RetryPolicy,
  RetryPolicy_RetryHostPredicate,
  RetryPolicy_RetryPriority,
} from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { OmitCanaryHostsPredicate } from "../gen/envoy/extensions/retry/host/omit_canary_hosts/v3/omit_canary_hosts_pb.js";
import type { OmitHostMetadataConfig } from "../gen/envoy/extensions/retry/host/omit_host_metadata/v3/omit_host_metadata_config_pb.js";
import type { PreviousHostsPredicate } from "../gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js";
import type { PreviousPrioritiesConfig } from "../gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js";
import type { RetryHostsConfig } from "../route/retry-policy-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension, resolveExtension } from "./extension.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";
import { convertMetadata, METADATA_FIELDS } from "./metadata-config.js";

const HOST = "envoy.extensions.retry.host";
const PRIORITY = "envoy.extensions.retry.priority";

/** What one predicate adds to the rules. */
type HostPredicate = Partial<RetryHostsConfig>;

/** The retry host predicates that exist. A new one is added here. */
const HOST_PREDICATES: readonly Extension<HostPredicate>[] = [
  extension<PreviousHostsPredicate, HostPredicate>(
    "envoy.retry_host_predicates.previous_hosts",
    implemented<PreviousHostsPredicate>(`${HOST}.previous_hosts.v3.PreviousHostsPredicate`, {}),
    () => ({ omitPreviousHosts: true }),
  ),
  extension<OmitCanaryHostsPredicate, HostPredicate>(
    "envoy.retry_host_predicates.omit_canary_hosts",
    implemented<OmitCanaryHostsPredicate>(`${HOST}.omit_canary_hosts.v3.OmitCanaryHostsPredicate`, {}),
    () => ({ omitCanaryHosts: true }),
  ),
  extension<OmitHostMetadataConfig, HostPredicate>(
    "envoy.retry_host_predicates.omit_host_metadata",
    implemented<OmitHostMetadataConfig>(`${HOST}.omit_host_metadata.v3.OmitHostMetadataConfig`, {
      metadata_match: METADATA_FIELDS,
    }),
    (message) => ({ omitMetadata: nonEmpty(convertMetadata(message.metadataMatch)[LB_METADATA]) }),
  ),
];

const RETRY_PRIORITIES: readonly Extension<HostPredicate>[] = [
  extension<PreviousPrioritiesConfig, HostPredicate>(
    "envoy.retry_priorities.previous_priorities",
    implemented<PreviousPrioritiesConfig>(`${PRIORITY}.previous_priorities.v3.PreviousPrioritiesConfig`, {
      update_frequency: true,
    }),
    (message) => ({ priorityUpdateFrequency: message.updateFrequency }),
  ),
];

export const HOST_PREDICATE_FIELDS: MessageTable = implemented<RetryPolicy_RetryHostPredicate>(
  "envoy.config.route.v3.RetryPolicy.RetryHostPredicate",
  { name: true, typed_config: extensions(() => HOST_PREDICATES.map(({ table }) => table)) },
);

export const RETRY_PRIORITY_FIELDS: MessageTable = implemented<RetryPolicy_RetryPriority>(
  "envoy.config.route.v3.RetryPolicy.RetryPriority",
  { name: true, typed_config: extensions(() => RETRY_PRIORITIES.map(({ table }) => table)) },
);

/** What names nothing omits nothing. */
function nonEmpty(metadata: MetadataStruct | undefined): MetadataStruct | null {
  return metadata === undefined || Object.keys(metadata).length === 0 ? null : metadata;
}

const NO_RULES: RetryHostsConfig = {
  omitPreviousHosts: false,
  omitCanaryHosts: false,
  omitMetadata: null,
  maxSelections: 1,
  priorityUpdateFrequency: 0,
};

/** Where a retry may go; null when any host will do. */
export function convertRetryHosts(message: RetryPolicy, context: ConversionContext): RetryHostsConfig | null {
  const { retryHostPredicate, retryPriority } = message;
  if (retryHostPredicate.length === 0 && retryPriority === undefined) return null;
  // 0 is what the field has when it is not set.
  const maxSelections = Number(message.hostSelectionRetryMaxAttempts) || NO_RULES.maxSelections;
  const rules: HostPredicate[] = [NO_RULES, { maxSelections }];
  for (const predicate of retryHostPredicate) {
    const found = resolveExtension(context, predicate, "retry host predicate", HOST_PREDICATES);
    if (found !== null) rules.push(found.extension.convert(found.message, context) ?? {});
  }
  if (retryPriority !== undefined) {
    const found = resolveExtension(context, retryPriority, "retry priority", RETRY_PRIORITIES);
    if (found !== null) rules.push(found.extension.convert(found.message, context) ?? {});
  }
  return Object.assign({}, ...rules) as RetryHostsConfig;
}
