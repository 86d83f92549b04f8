/*
 * URI templates as Envoy's path extensions have them (`envoy.path.match.uri_template`, `envoy.path.rewrite.uri_template`):
 * `/a/{b}/{c=x/*}/**`. `*` is one segment or a part of one, `**` anything, `{name}` a segment that gets a name,
 * `{name=pattern}` what the pattern matches.
 */

/** RFC 3986 3.3: pchar, and percent signs as they stand. */
const SEGMENT = "[-a-zA-Z0-9._~%!$&'()*+,;:@=]+";
const ANYTHING = "[-a-zA-Z0-9._~%!$&'()*+,;:@=/]*";
const LITERAL = /^[-a-zA-Z0-9._~%!$&'()+,;:@=]+$/;
const PATH_TEXT = /^[-a-zA-Z0-9._~%!$&'()*+,;:@=/]+$/;
const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const MAX_NAME_LENGTH = 16;
const MAX_VARIABLES = 5;

/** A template as a regular expression of RE2, one group for each variable. */
export interface UriTemplate {
  readonly regex: string;
  /** Names of the variables, in the order of their groups. */
  readonly variables: readonly string[];
}

/** Compiles a template to match paths by; text says what is wrong with it. */
// control plane: templates are read when configuration arrives
export function parseUriTemplate(template: string): UriTemplate | string {
  if (!template.startsWith("/")) return "a path template begins with `/`";
  const variables: string[] = [];
  let regex = "";
  let globs = 0;
  for (const segment of splitSegments(template.slice(1))) {
    if (globs > 0) return "nothing but text may follow `**`";
    const part = parseSegment(segment, variables);
    if ("fault" in part) return part.fault;
    if (part.isGlob) globs++;
    regex += `/${part.regex}`;
  }
  if (variables.length > MAX_VARIABLES) return `a path template has at most ${MAX_VARIABLES} variables`;
  return { regex, variables };
}

/** At the slashes outside of braces. */
function splitSegments(text: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}") depth--;
    else if (text[i] === "/" && depth === 0) {
      segments.push(text.slice(start, i));
      start = i + 1;
    }
  }
  segments.push(text.slice(start));
  return segments;
}

type Part = { readonly regex: string; readonly isGlob: boolean } | { readonly fault: string };

function parseSegment(segment: string, variables: string[]): Part {
  if (!segment.startsWith("{")) return parsePattern(segment);
  const close = segment.indexOf("}");
  if (close < 0) return { fault: `\`${segment}\` lacks its closing brace` };
  const rest = segment.slice(close + 1);
  if (rest !== "" && !LITERAL.test(rest)) return { fault: `\`${rest}\` cannot follow a variable` };
  const inside = segment.slice(1, close);
  const equals = inside.indexOf("=");
  const name = equals < 0 ? inside : inside.slice(0, equals);
  const fault = nameFault(name, variables);
  if (fault !== null) return { fault };
  variables.push(name);
  const pattern = parsePath(equals < 0 ? "*" : inside.slice(equals + 1));
  if ("fault" in pattern) return pattern;
  return { regex: `(${pattern.regex})${escaped(rest)}`, isGlob: pattern.isGlob };
}

function nameFault(name: string, variables: readonly string[]): string | null {
  if (!NAME.test(name)) return `\`${name}\` is no name of a variable: letters, digits and underscores are`;
  if (name.length > MAX_NAME_LENGTH) return `\`${name}\` has more than ${MAX_NAME_LENGTH} characters`;
  return variables.includes(name) ? `there are two variables \`${name}\`` : null;
}

/** The pattern of a variable: one segment or several. */
function parsePath(pattern: string): Part {
  const isRooted = pattern.startsWith("/");
  const parts: string[] = [];
  let isGlob = false;
  for (const segment of (isRooted ? pattern.slice(1) : pattern).split("/")) {
    if (isGlob) return { fault: "nothing may follow `**`" };
    const part = parsePattern(segment);
    if ("fault" in part) return part;
    isGlob = part.isGlob;
    parts.push(part.regex);
  }
  return { regex: (isRooted ? "/" : "") + parts.join("/"), isGlob };
}

/** Text, `*` and `**` in a row: `*.m4s`. */
function parsePattern(segment: string): Part {
  let regex = "";
  let isGlob = false;
  for (const token of segment.match(TOKENS) ?? []) {
    const isOperator = token.startsWith("*");
    if (isOperator && isGlob) return { fault: "nothing but text may follow `**`" };
    if (!isOperator && !LITERAL.test(token)) {
      return { fault: `\`${segment}\` is no segment of a path template: text, \`*\`, \`**\` or a variable` };
    }
    if (token === "**") isGlob = true;
    regex += operatorRegex(token) ?? escaped(token);
  }
  return { regex, isGlob };
}

const TOKENS = /\*\*|\*|[^*]+/g;

function operatorRegex(token: string): string | null {
  if (token === "*") return SEGMENT;
  return token === "**" ? ANYTHING : null;
}

function escaped(text: string): string {
  return text.replace(/[.+*?()[\]{}|^$\\]/g, "\\$&");
}

/** A piece of a rewritten path: text, or the number of the variable that stands here. */
export type RewritePiece = string | number;

/** Reads `/x/{b}/{a}` as text and variables of a template; text says what is wrong with it. */
// control plane: templates are read when configuration arrives
export function parseTemplateRewrite(rewrite: string, variables: readonly string[]): readonly RewritePiece[] | string {
  if (!rewrite.startsWith("/")) return "a rewritten path begins with `/`";
  const pieces: RewritePiece[] = [];
  let rest = rewrite;
  while (rest !== "") {
    const open = rest.indexOf("{");
    const text = open < 0 ? rest : rest.slice(0, open);
    if (text !== "" && !PATH_TEXT.test(text)) return `\`${text}\` cannot stand in a path`;
    if (text !== "") pieces.push(text);
    if (open < 0) break;
    const close = rest.indexOf("}", open);
    if (close < 0) return `\`${rest.slice(open)}\` lacks its closing brace`;
    const name = rest.slice(open + 1, close);
    const index = variables.indexOf(name);
    if (index < 0) return `there is no variable \`${name}\` in the template that the route matches by`;
    pieces.push(index);
    rest = rest.slice(close + 1);
  }
  return pieces;
}
