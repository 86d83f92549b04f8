/*
 * Puts fields and types that Envoy's API gained later into the text of an older proto file, before it is compiled: what
 * comes out is one message, and everything that is made from it (descriptors, types, schema, documentation) knows them.
 *
 * An addition is a proto file of the same path. A message, enum or oneof that both have gets the addition's statements;
 * one that only the addition has is taken over; a field that both have is taken from the addition.
 */

/** `message`, `enum` and `oneof` have a body that can be added to; the others are taken over as they are. */
const BLOCK = /^(message|enum|oneof)\s+(\w+)\s*$/;
/** A field, or a value of an enum: its name stands before the number. */
const NUMBERED = /(\w+)\s*=\s*-?\d+\s*(\[[\s\S]*\])?\s*$/;
const IMPORT = /^import\s+(?:public\s+|weak\s+)?"([^"]+)"$/;
/** Statements of the head of a file, of which the older file has its own. */
const HEAD = /^(syntax|package|option|edition)\b/;

/** @returns the older text with all that the addition has; throws if either is no proto file */
export function withAdditions(text, addition) {
  const edits = [];
  const older = parse(text);
  const newer = parse(addition);
  if (packageOf(older) !== packageOf(newer)) throw new Error("an addition is of the same package as what it adds to");
  const imports = missingImports(older, newer);
  const statements = newer.items.filter((item) => !HEAD.test(item.head) && !IMPORT.test(item.head));
  addTo({ ...older, end: text.length }, { ...newer, items: statements }, edits);
  if (imports.length > 0)
    edits.push({ start: importPlace(older), end: importPlace(older), text: `\n${imports.join("\n")}\n` });
  return applied(text, edits);
}

function addTo(older, newer, edits) {
  let added = "";
  for (const item of newer.items) {
    const same = older.items.find((candidate) => nameOf(candidate) !== null && nameOf(candidate) === nameOf(item));
    if (same === undefined) added += `\n${item.text}\n`;
    else if (item.items === null) edits.push({ start: same.start, end: same.end, text: item.text });
    else addTo(same, item, edits);
  }
  if (added !== "") edits.push({ start: older.end, end: older.end, text: added });
}

/** What tells a statement from its neighbours, null where several may be alike. */
function nameOf(item) {
  const block = BLOCK.exec(item.head);
  if (block !== null) return `${block[1]} ${block[2]}`;
  const numbered = item.items === null ? NUMBERED.exec(item.head) : null;
  return numbered === null || HEAD.test(item.head) ? null : `field ${numbered[1]}`;
}

function packageOf(file) {
  return file.items.find(({ head }) => head.startsWith("package "))?.head.replace(/^package\s+/, "");
}

function importsOf(file) {
  return file.items.flatMap(({ head }) => IMPORT.exec(head)?.[1] ?? []);
}

function missingImports(older, newer) {
  const known = importsOf(older);
  return importsOf(newer)
    .filter((name) => !known.includes(name))
    .map((name) => `import "${name}";`);
}

/** Behind the package statement, where imports may stand. */
function importPlace(file) {
  const place = file.items.find(({ head }) => head.startsWith("package "));
  if (place === undefined) throw new Error("a proto file without a package");
  return place.end;
}

/** Edits do not overlap: the last is made first, so that the places of the others hold. */
function applied(text, edits) {
  const ordered = [...edits].sort((a, b) => b.start - a.start);
  return ordered.reduce(
    (result, { start, end, text: part }) => result.slice(0, start) + part + result.slice(end),
    text,
  );
}

/**
 * The statements of a file, those inside of `message`, `enum` and `oneof` included.
 * @returns `{ items }`, each item with `head` (the statement without comments, up to its body), the `text` and where it
 *   starts and ends; one with a body has its `items`, and `end` is where the body ends
 */
function parse(text) {
  const bare = withoutComments(text);
  const { items, end, rest } = parseItems(text, bare, 0);
  if (end !== text.length) throw new Error(`a } too many at ${end}`);
  if (rest !== "") throw new Error(`a statement without its end: ${rest}`);
  return { items };
}

function parseItems(text, bare, from) {
  const items = [];
  let start = from;
  for (let at = from; at < bare.length; at++) {
    const char = bare[at];
    if (char === '"' || char === "'") at = endOfString(bare, at);
    else if (char === "}") return { items, end: at, rest: bare.slice(start, at).trim() };
    else if (char === ";") {
      start = firstInk(bare, start);
      if (start < at)
        items.push({
          head: bare.slice(start, at).trim(),
          start,
          end: at + 1,
          text: text.slice(start, at + 1),
          items: null,
        });
      start = at + 1;
    } else if (char === "{") {
      const first = firstInk(bare, start);
      const head = bare.slice(first, at).trim();
      const inner = parseItems(text, bare, at + 1);
      if (inner.end >= bare.length) throw new Error(`a } is missing for \`${head}\``);
      // Options may hold braces: `[(validate.rules).repeated = {min_items: 1}]` goes on to its semicolon.
      if (BLOCK.test(head)) {
        if (inner.rest !== "") throw new Error(`a statement without its end: ${inner.rest}`);
        items.push({ head, start: first, end: inner.end, text: text.slice(first, inner.end + 1), items: inner.items });
        start = inner.end + 1;
      }
      at = inner.end;
    }
  }
  return { items, end: bare.length, rest: bare.slice(start).trim() };
}

function firstInk(bare, from) {
  let at = from;
  while (/\s/.test(bare[at] ?? "x")) at++;
  return at;
}

function endOfString(text, from) {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  throw new Error("a string without its end");
}

/** Comments become blanks, so that all else keeps its place. */
function withoutComments(text) {
  return text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith("/") ? part.replace(/[^\n]/g, " ") : part,
  );
}
