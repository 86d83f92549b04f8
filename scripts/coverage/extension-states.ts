import type { Coverage, FieldState } from "../../src/config/coverage.js";
import { shortName } from "../../src/config/coverage.js";
import type { ExtensionHolder, ProtoExtensions } from "./proto-extensions.js";

export interface ExtensionState {
  readonly name: string;
  readonly typeNames: readonly string[];
  readonly implemented: boolean;
}

/** A field that takes extensions of a category, and what Sluice does with it; null below a message it does not know. */
export interface HolderState {
  readonly message: string;
  readonly field: string;
  readonly state: FieldState | null;
}

export interface CategoryState {
  readonly name: string;
  readonly holders: readonly HolderState[];
  readonly extensions: readonly ExtensionState[];
}

/** Brings together what the protos know and what the tables say, by category and name. */
export function extensionStates(protos: readonly ProtoExtensions[], coverage: Coverage): CategoryState[] {
  const holders = protos.flatMap((proto) => proto.holders);
  const implemented = new Set(coverage.extensions.map(({ typeName }) => typeName));
  const byCategory = new Map<string, ExtensionState[]>();
  const named = new Set<string>();
  const add = (category: string, state: ExtensionState): void => {
    for (const typeName of state.typeNames) named.add(typeName);
    const list = byCategory.get(category) ?? [];
    byCategory.set(category, list);
    const known = list.findIndex(({ name }) => name === state.name);
    if (known === -1) list.push(state);
    else list[known] = merged(list[known] as ExtensionState, state);
  };
  const categories = [...new Set(holders.map(({ category }) => category))];
  for (const { name, typeNames } of protos.flatMap((proto) => proto.extensions)) {
    const isImplemented = typeNames.some((typeName) => implemented.has(typeName));
    add(categoryOf(name, categories), { name, typeNames, implemented: isImplemented });
  }
  for (const { typeName, places } of coverage.extensions) {
    if (named.has(typeName)) continue;
    const state = { name: shortName(typeName), typeNames: [typeName], implemented: true };
    add(categoryOfPlaces(places, holders), state);
  }
  return [...byCategory]
    .map(([name, extensions]) => ({
      name,
      holders: holdersOf(name, holders, coverage),
      extensions: extensions.sort((a, b) => compare(a.name, b.name)),
    }))
    .sort((a, b) => compare(a.name, b.name));
}

/** An extension whose messages stand in several files. */
function merged(a: ExtensionState, b: ExtensionState): ExtensionState {
  return { ...a, typeNames: [...a.typeNames, ...b.typeNames], implemented: a.implemented || b.implemented };
}

/** The longest category that the extension's name begins with; else its name without the last word. */
function categoryOf(name: string, categories: readonly string[]): string {
  const fitting = categories.filter((category) => name.startsWith(`${category}.`));
  return fitting.sort((a, b) => b.length - a.length)[0] ?? name.replace(/\.[^.]*$/, "");
}

function categoryOfPlaces(places: readonly string[], holders: readonly ExtensionHolder[]): string {
  const holder = holders.find(({ typeName, field }) => places.includes(`${shortName(typeName)}.${field}`));
  return holder?.category ?? "other";
}

function holdersOf(category: string, holders: readonly ExtensionHolder[], coverage: Coverage): HolderState[] {
  return holders
    .filter((holder) => holder.category === category)
    .map(({ typeName, field }) => {
      const states = coverage.messages
        .filter((message) => message.typeName === typeName)
        .flatMap((message) => message.fields.filter(({ name }) => name === field).map(({ state }) => state));
      return { message: shortName(typeName), field, state: states[0] ?? null };
    });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
