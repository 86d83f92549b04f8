import { BOOTSTRAP_FIELDS } from "../bootstrap-config.js";
import { coverageOf } from "../coverage.js";
import type { DescriptorStore } from "../decode/descriptor-store.js";
import type { JsonSchema } from "./json-schema.js";
import { SchemaBuilder } from "./schema-builder.js";

/**
 * A JSON Schema of the whole bootstrap, made from the descriptors: for editors that complete and check a file while it
 * is written. It refuses nothing that the proxy takes but for rarities: enum names in lower case, `null` for a field that
 * is not set, and type URLs of another host than type.googleapis.com.
 */
export function bootstrapSchema(descriptors: DescriptorStore): JsonSchema {
  const builder = new SchemaBuilder(descriptors, coverageOf(BOOTSTRAP_FIELDS, descriptors));
  const root = builder.reference(descriptors.requireMessage(BOOTSTRAP_FIELDS.typeName));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Envoy v3 bootstrap, for Sluice",
    ...root,
    definitions: builder.definitions,
  };
}
