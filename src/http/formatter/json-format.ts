import type { JsonLogFormat } from "../../stream-info/access-log-config.js";
import { jsonString, utf8Bytes } from "./byte-text.js";
import { FormatError } from "./format-error.js";
import { type ParsedFormat, parseFormat } from "./format-parser.js";
import type { LogContext } from "./log-context.js";
import { type FormatHost, type Operator, UnsupportedOperator } from "./operator.js";
import { TextTemplate } from "./text-template.js";

/** A value of a compiled template: prints its JSON, or null when it is absent. */
interface JsonNode {
  json(context: LogContext): string | null;
}

/** A JSON template with operators in its strings; prints one line, with its line break. */
export class JsonFormat {
  readonly unsupported: readonly string[];
  private readonly root: JsonNode;

  constructor(template: JsonLogFormat, omitEmptyValues: boolean, host: FormatHost) {
    const compiler = new JsonCompiler(omitEmptyValues, host);
    this.root = compiler.compile(template, "");
    this.unsupported = compiler.unsupported;
  }

  formatText(context: LogContext): string {
    return `${this.root.json(context) ?? "null"}\n`;
  }
}

/** Builds the nodes; lives only while a template is compiled. */
// control plane: runs when a format is compiled
class JsonCompiler {
  readonly unsupported: string[] = [];
  private readonly omitEmptyValues: boolean;
  private readonly host: FormatHost;

  constructor(omitEmptyValues: boolean, host: FormatHost) {
    this.omitEmptyValues = omitEmptyValues;
    this.host = host;
  }

  /** @param path where the value stands in the template, for errors. */
  compile(template: JsonLogFormat, path: string): JsonNode {
    if (typeof template === "string") return this.compileString(template, path);
    if (template === null || typeof template !== "object") return new ConstantNode(JSON.stringify(template));
    if (isList(template)) {
      const items = template.map((item, index) => this.compile(item, `${path}[${index}]`));
      return new ListNode(items, this.omitEmptyValues);
    }
    const keys = Object.keys(template);
    const values = keys.map((key) => this.compile(template[key] ?? null, path === "" ? key : `${path}.${key}`));
    return new ObjectNode(keys, values, this.omitEmptyValues);
  }

  private compileString(text: string, path: string): JsonNode {
    const parsed = this.parse(text, path);
    const { literals, operators } = parsed;
    for (const operator of operators) {
      if (operator instanceof UnsupportedOperator) this.unsupported.push(operator.source);
    }
    if (operators.length === 0) return new ConstantNode(jsonString(literals[0] as string));
    const isSingle = operators.length === 1 && literals[0] === "" && literals[1] === "";
    if (isSingle) {
      const operator = operators[0] as Operator;
      return operator.json === undefined ? new OperatorNode(operator) : (operator as JsonNode & Operator);
    }
    return new MixedNode(new TextTemplate(parsed, this.omitEmptyValues));
  }

  private parse(text: string, path: string): ParsedFormat {
    try {
      return parseFormat(text, this.host);
    } catch (error) {
      throw error instanceof FormatError ? error.under(path) : error;
    }
  }
}

/** A value without operators. */
class ConstantNode implements JsonNode {
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  json(): string {
    return this.text;
  }
}

/** A string that is exactly one operator keeps the operator's type. */
class OperatorNode implements JsonNode {
  private readonly operator: Operator;

  constructor(operator: Operator) {
    this.operator = operator;
  }

  json(context: LogContext): string | null {
    const value = this.operator.format(context);
    return value === null || this.operator.numeric ? value : jsonString(value);
  }
}

/** A string of text and operators. */
class MixedNode implements JsonNode {
  private readonly template: TextTemplate;

  constructor(template: TextTemplate) {
    this.template = template;
  }

  json(context: LogContext): string {
    return jsonString(this.template.render(context));
  }
}

class ObjectNode implements JsonNode {
  /** `"key":` */
  private readonly prefixes: readonly string[];
  private readonly values: readonly JsonNode[];
  private readonly omitEmptyValues: boolean;

  // control plane: runs when a format is compiled
  constructor(keys: readonly string[], values: readonly JsonNode[], omitEmptyValues: boolean) {
    this.prefixes = keys.map((key) => `${jsonString(utf8Bytes(key))}:`);
    this.values = values;
    this.omitEmptyValues = omitEmptyValues;
  }

  json(context: LogContext): string {
    let text = "{";
    for (let i = 0; i < this.values.length; i++) {
      const value = (this.values[i] as JsonNode).json(context);
      if (value === null && this.omitEmptyValues) continue;
      text += (text.length === 1 ? "" : ",") + this.prefixes[i] + (value ?? "null");
    }
    return `${text}}`;
  }
}

class ListNode implements JsonNode {
  private readonly items: readonly JsonNode[];
  private readonly omitEmptyValues: boolean;

  constructor(items: readonly JsonNode[], omitEmptyValues: boolean) {
    this.items = items;
    this.omitEmptyValues = omitEmptyValues;
  }

  json(context: LogContext): string {
    let text = "[";
    for (let i = 0; i < this.items.length; i++) {
      const item = (this.items[i] as JsonNode).json(context);
      if (item === null && this.omitEmptyValues) continue;
      text += (text.length === 1 ? "" : ",") + (item ?? "null");
    }
    return `${text}]`;
  }
}

function isList(template: JsonLogFormat): template is readonly JsonLogFormat[] {
  return Array.isArray(template);
}
