import type { Document } from "yaml";
import { readCommonYaml } from "./common-yaml.js";
import type { ProblemList } from "./problem-list.js";
import type { SourceText } from "./source-text.js";
import { nestingOffset } from "./yaml-nesting.js";
import { yamlPackage } from "./yaml-package.js";
import { explainSyntax } from "./yaml-syntax.js";
import { YamlTree } from "./yaml-tree.js";
import type { YamlValue } from "./yaml-value.js";

/**
 * Levels of maps and lists that a document may have. The deepest real configurations have some forty; protobuf itself
 * stops at a hundred messages. It also bounds the recursion of everything that walks a document.
 */
export const MAX_DEPTH = 200;

/**
 * Reads one YAML 1.2 document (JSON is a part of YAML). Syntax errors go to `problems`, and then the result is null:
 * what the parser guesses behind an error would only give errors that mislead.
 */
export function parseYaml(source: SourceText, problems: ProblemList): YamlValue | null {
  return readCommonYaml(source.text, MAX_DEPTH) ?? parseFully(source, problems);
}

/** All of YAML, and all that can be wrong with it. */
export function parseFully(source: SourceText, problems: ProblemList): YamlValue | null {
  const { Composer, Parser } = yamlPackage();
  const tokens = [...new Parser().parse(source.text)];
  // The composer recurses, the parser does not: look before composing.
  const tooDeep = nestingOffset(tokens, MAX_DEPTH);
  if (tooDeep !== null) {
    problems.error(source, tooDeep, "", `nested more than ${MAX_DEPTH} levels deep`);
    return null;
  }
  const composer = new Composer({ version: "1.2", schema: "core", merge: true, intAsBigInt: true, uniqueKeys: false });
  const documents = withoutStackTraces(() => [...composer.compose(tokens, true, source.text.length)]);
  const document = documents[0];
  if (document === undefined || reportSyntax(documents, source, problems)) return null;
  const second = documents[1];
  if (second !== undefined) {
    problems.error(source, second.range[0], "", "a second document starts here; a configuration is one document");
    return null;
  }
  return new YamlTree(source, problems, MAX_DEPTH).build(document);
}

/** The parser makes an `Error` of each fault, of which a broken text can have a million; only their texts are of use. */
function withoutStackTraces<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What is wrong wherever it stands; other errors behind the first are mostly the parser's wrong guesses. */
const CERTAIN = new Set(["BAD_ALIAS", "BAD_DQ_ESCAPE", "BAD_SCALAR_START"]);

/** Returns whether there was an error. */
function reportSyntax(documents: readonly Document[], source: SourceText, problems: ProblemList): boolean {
  for (const warning of documents.flatMap((document) => document.warnings)) {
    problems.warning(source, Math.min(warning.pos[0], source.text.length), "", `YAML: ${warning.message}`);
  }
  const errors = documents.flatMap((document) => document.errors).sort((a, b) => a.pos[0] - b.pos[0]);
  for (const error of errors.filter(({ code }, index) => index === 0 || CERTAIN.has(code))) {
    const { offset, message, suggestion } = explainSyntax(error, source.text);
    problems.error(source, offset, "", `YAML syntax: ${message}`, suggestion);
  }
  return errors.length > 0;
}
