/*
 * What only the comments of Envoy's protos say: which message configures which extension, and which fields take
 * extensions of which category. They are read as text; descriptors come without comments.
 */

/** One extension by the name that Envoy's documentation uses. */
export interface ProtoExtension {
  /** `envoy.filters.http.cors`. */
  readonly name: string;
  /** Full names of the messages that may configure it, most often one; routes may have one of their own. */
  readonly typeNames: readonly string[];
}

/** A field that holds extensions. */
export interface ExtensionHolder {
  /** `envoy.filters.http`. */
  readonly category: string;
  /** Full name of the message. */
  readonly typeName: string;
  readonly field: string;
}

export interface ProtoExtensions {
  readonly extensions: readonly ProtoExtension[];
  readonly holders: readonly ExtensionHolder[];
}

const PACKAGE = /^package ([\w.]+);/m;
const EXTENSION = /\[#extension: ([\w.]+)\]/g;
const CATEGORY = /\[#extension-category: ([\w.,\s]+)\]/;
const MESSAGE = /^\s*message (\w+) \{/;
const FIELD = /^\s*(?:repeated |optional )?(?:map<[^>]+>|[\w.]+) (\w+) = \d+/;
/** Messages that only stand in for another one at a route do not make that one a part. */
const PER_ROUTE = /PerRoute|Overrides?$/;

/** Reads one proto file. */
export function readProto(text: string): ProtoExtensions {
  const packageName = PACKAGE.exec(text)?.[1] ?? "";
  return { extensions: extensionsIn(text, packageName), holders: holdersIn(text, packageName) };
}

function extensionsIn(text: string, packageName: string): ProtoExtension[] {
  const found = [...text.matchAll(EXTENSION)];
  const full = (message: string): string => `${packageName}.${message}`;
  if (found.length > 1) {
    // Several in one file: each stands above its message.
    return found.flatMap((match) => {
      const message = /^message (\w+) \{/m.exec(text.slice(match.index))?.[1];
      return message === undefined ? [] : [{ name: match[1] as string, typeNames: [full(message)] }];
    });
  }
  const name = found[0]?.[1];
  return name === undefined ? [] : [{ name, typeNames: ownMessages(text).map(full) }];
}

/** The top messages of a file that are no part of another one. */
function ownMessages(text: string): string[] {
  const bodies = new Map<string, string>();
  for (const part of text.split(/^(?=message )/m).slice(1)) {
    const name = /^message (\w+)/.exec(part)?.[1];
    if (name !== undefined) bodies.set(name, part);
  }
  const isPart = (name: string): boolean =>
    [...bodies].some(
      ([other, body]) =>
        other !== name && !PER_ROUTE.test(other) && new RegExp(`^\\s*(?:repeated )?${name} \\w+ = `, "m").test(body),
    );
  return [...bodies.keys()].filter((name) => !isPart(name));
}

function holdersIn(text: string, packageName: string): ExtensionHolder[] {
  const holders: ExtensionHolder[] = [];
  /** Names of the messages around a line; empty strings stand for other blocks. */
  const blocks: string[] = [];
  let categories: string[] = [];
  for (const line of text.split("\n")) {
    const comment = CATEGORY.exec(line)?.[1];
    if (comment !== undefined) categories = comment.split(",").map((category) => category.trim());
    if (/^\s*\/\//.test(line)) continue;
    const field = FIELD.exec(line)?.[1];
    if (field !== undefined) {
      const typeName = [packageName, ...blocks.filter((block) => block !== "")].join(".");
      for (const category of categories) holders.push({ category, typeName, field });
      categories = [];
    }
    const opened = (line.match(/\{/g) ?? []).length;
    const closed = (line.match(/\}/g) ?? []).length;
    for (let i = 0; i < opened; i++) blocks.push(i === 0 ? (MESSAGE.exec(line)?.[1] ?? "") : "");
    for (let i = 0; i < closed; i++) blocks.pop();
  }
  return holders;
}
