import { DescriptorStore } from "../config/decode/descriptor-store.js";
import { bootstrapSchema } from "../config/schema/bootstrap-schema.js";

/** `sluice schema`: prints a JSON Schema of the bootstrap. Returns the exit code. */
export function schema(): number {
  process.stdout.write(`${JSON.stringify(bootstrapSchema(DescriptorStore.packed()))}\n`);
  return 0;
}
