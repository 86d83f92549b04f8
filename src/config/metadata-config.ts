import type { Metadata, MetadataStruct } from "../common/metadata.js";
import { LB_METADATA, NO_METADATA } from "../common/metadata.js";
import type { Metadata as MetadataMessage } from "../gen/envoy/config/core/v3/base_pb.js";
import { type MetadataMatchCriteria, metadataMatchCriteria } from "../upstream/metadata-match.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** `typed_filter_metadata` is for extensions that read it by its type; there are none. */
export const METADATA_FIELDS: MessageTable = implemented<MetadataMessage>("envoy.config.core.v3.Metadata", {
  filter_metadata: true,
});

/** The metadata as plain data; a copy, since what is converted is frozen. */
export function convertMetadata(message: MetadataMessage | undefined): Metadata {
  if (message === undefined || Object.keys(message.filterMetadata).length === 0) return NO_METADATA;
  return structuredClone(message.filterMetadata) as Metadata;
}

/** The `envoy.lb` part of a `metadata_match`, which is all that balancers look at; null when it asks for nothing. */
export function convertMetadataMatch(message: MetadataMessage | undefined): MetadataMatchCriteria | null {
  return metadataMatchCriteria(convertMetadata(message)[LB_METADATA] ?? NO_CRITERIA);
}

const NO_CRITERIA: MetadataStruct = {};
