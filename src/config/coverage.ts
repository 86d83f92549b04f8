import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { DescriptorStore } from "./decode/descriptor-store.js";
import type { Implementation, MessageTable } from "./implemented-fields.js";

/**
 * What a configuration may expect of a field:
 * - `implemented`: Sluice does what Envoy does;
 * - `limited`: for some values, the note says which; others are an error or have no effect;
 * - `noEffect`: a warning, and with `--strict` an error;
 * - `refused`: an error, the note says why.
 */
export type FieldState = "implemented" | "limited" | "noEffect" | "refused";

export interface FieldCoverage {
  /** Proto name. */
  readonly name: string;
  readonly state: FieldState;
  /** Completes the state; empty when there is nothing to add. */
  readonly note: string;
  readonly isDeprecated: boolean;
}

/** One message as one place of the configuration takes it: other places may take the same type differently. */
export interface MessageCoverage {
  readonly typeName: string;
  /** Fields that hold it, `Cluster.load_assignment`; empty at the root and for what an `Any` holds. */
  readonly places: readonly string[];
  readonly fields: readonly FieldCoverage[];
}

/** A message type that a table of extensions makes known, and the fields (`HttpFilter.typed_config`) that may hold it. */
export interface ExtensionCoverage {
  readonly typeName: string;
  readonly places: readonly string[];
}

export interface Coverage {
  /** Depth first, in the order of the protos. */
  readonly messages: readonly MessageCoverage[];
  readonly extensions: readonly ExtensionCoverage[];
}

/**
 * Reads off the tables of implemented fields what they say about every field of their messages. Throws if a table
 * names a field or a type that the protos do not have: the tables are what documentation and schema are made from.
 */
export function coverageOf(root: MessageTable, descriptors: DescriptorStore): Coverage {
  const walk = new CoverageWalk(descriptors);
  walk.visit(root, null);
  return walk.coverage();
}

interface VisitedTable {
  readonly table: MessageTable;
  readonly places: Set<string>;
  readonly fields: FieldCoverage[];
}

class CoverageWalk {
  private readonly descriptors: DescriptorStore;
  private readonly visited = new Map<MessageTable, VisitedTable>();
  private readonly extensions = new Map<string, Set<string>>();

  constructor(descriptors: DescriptorStore) {
    this.descriptors = descriptors;
  }

  /** @param place the field that holds the message, null for the root and for extensions */
  visit(table: MessageTable, place: string | null): void {
    const known = this.visited.get(table);
    const visited = known ?? { table, places: new Set(), fields: [] };
    if (place !== null) visited.places.add(place);
    if (known !== undefined) return;
    this.visited.set(table, visited);
    const desc = this.descriptors.message(table.typeName);
    if (desc === null) throw new Error(`a table describes ${table.typeName}, which no proto has`);
    checkNames(table, desc);
    for (const field of desc.fields) visited.fields.push(this.fieldCoverage(field, table.fields[field.name]));
  }

  coverage(): Coverage {
    return {
      messages: [...this.visited.values()].map(({ table, places, fields }) => ({
        typeName: table.typeName,
        places: [...places],
        fields,
      })),
      extensions: [...this.extensions].map(([typeName, places]) => ({ typeName, places: [...places] })),
    };
  }

  private fieldCoverage(field: DescField, implementation: Implementation | undefined): FieldCoverage {
    const [state, note] = this.stateOf(field, implementation);
    return { name: field.name, state, note, isDeprecated: field.deprecated };
  }

  private stateOf(field: DescField, implementation: Implementation | undefined): [FieldState, string] {
    if (implementation === undefined) return ["noEffect", ""];
    if (implementation === true) return ["implemented", ""];
    if (typeof implementation === "function") return this.stateOf(field, implementation());
    const place = `${shortName(field.parent.typeName)}.${field.name}`;
    switch (implementation.kind) {
      case "message":
        this.visit(implementation, place);
        return ["implemented", ""];
      case "extensions":
        for (const table of implementation.tables()) this.visitExtension(table, place);
        return ["implemented", ""];
      case "sameAs":
        return ["limited", `only \`${String(implementation.value)}\`, others have no effect`];
      case "values":
        return this.valuesState(field, implementation.names());
      case "ignored":
        return ["noEffect", implementation.reason];
      case "refused":
      case "refusedByConverter":
        return ["refused", implementation.reason];
    }
  }

  private visitExtension(table: MessageTable, place: string): void {
    const places = this.extensions.get(table.typeName);
    if (places === undefined) this.extensions.set(table.typeName, new Set([place]));
    else places.add(place);
    this.visit(table, null);
  }

  private valuesState(field: DescField, names: readonly string[]): [FieldState, string] {
    const known = field.enum?.values.map((value) => value.name) ?? [];
    const stranger = names.find((name) => !known.includes(name));
    if (stranger !== undefined) throw new Error(`${field.parent.typeName}.${field.name} has no value ${stranger}`);
    const missing = known.filter((name) => !names.includes(name));
    if (missing.length === 0) return ["implemented", ""];
    return ["limited", `not ${missing.map((name) => `\`${name}\``).join(", ")}`];
  }
}

function checkNames(table: MessageTable, desc: DescMessage): void {
  for (const name of Object.keys(table.fields)) {
    if (!desc.fields.some((field) => field.name === name)) throw new Error(`${table.typeName} has no field ${name}`);
  }
}

/** The name of a message without its package: `HttpConnectionManager.InternalAddressConfig`. */
export function shortName(typeName: string): string {
  return typeName.replace(/^(?:[a-z0-9_]+\.)*/, "");
}
