import { Ajv, type ErrorObject } from "ajv";
import { parse } from "yaml";
import { DescriptorStore } from "../decode/descriptor-store.js";
import { bootstrapSchema } from "./bootstrap-schema.js";
import type { JsonSchema } from "./json-schema.js";

interface TypeBranch {
  readonly if: { readonly properties: { readonly "@type": { readonly const: string } } };
}

/**
 * Validates configurations against the bootstrap's schema. Compiling all of it takes seconds, so what is to be
 * validated is said beforehand, and the branches of types that do not occur in it are left out: they could not be taken.
 */
export class SchemaValidator {
  private readonly validate: ReturnType<Ajv["compile"]>;

  constructor(texts: readonly string[]) {
    const ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, code: { optimize: false } });
    this.validate = ajv.compile(reduced(bootstrapSchema(DescriptorStore.packed()), texts));
  }

  /** Errors as `path keyword`, those of enclosing conditions among them; empty for a text that keeps to the schema. */
  errorsOf(text: string): string[] {
    if (this.validate(parse(text, { merge: true }))) return [];
    const errors = this.validate.errors as ErrorObject[];
    return errors.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  }
}

function reduced(schema: JsonSchema, texts: readonly string[]): JsonSchema {
  const definitions = Object.entries(schema.definitions as Readonly<Record<string, JsonSchema>>);
  const occurs = ({ if: condition }: TypeBranch): boolean =>
    texts.some((text) => text.includes(condition.properties["@type"].const));
  const kept = definitions.map(([name, definition]) => {
    if (!name.startsWith("any")) return [name, definition];
    // An `allOf` has at least one item.
    return [name, { ...definition, allOf: [{}, ...(definition.allOf as readonly TypeBranch[]).filter(occurs)] }];
  });
  return { ...schema, definitions: Object.fromEntries(kept) };
}
