import { canonicalText, type MetadataValue } from "../../common/metadata.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import { utf8Bytes } from "./byte-text.js";
import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import { type Operator, truncate } from "./operator.js";

/** `%DYNAMIC_METADATA(NAMESPACE:KEY...):Z%`: what filters have left for the stream. */
export class DynamicMetadataOperator implements Operator {
  readonly numeric = false;
  private readonly namespace: string;
  private readonly path: readonly string[];
  private readonly limit: number;

  constructor(namespace: string, path: readonly string[], limit: number) {
    this.namespace = namespace;
    this.path = path;
    this.limit = limit;
  }

  /** Texts as they are, everything else as JSON. */
  format(context: LogContext): string | null {
    const value = this.value(context.streamInfo);
    if (value === undefined || value === null) return null;
    return truncate(utf8Bytes(typeof value === "string" ? value : canonicalText(value)), this.limit);
  }

  /** The value with its type, as a JSON format shows it. */
  json(context: LogContext): string | null {
    const value = this.value(context.streamInfo);
    if (value === undefined || value === null) return null;
    const shown = typeof value === "string" ? truncate(value, this.limit) : value;
    return utf8Bytes(canonicalText(shown));
  }

  private value(info: StreamInfo): MetadataValue | undefined {
    const { dynamicMetadata } = info;
    if (dynamicMetadata === null) return undefined;
    return this.path.length === 0
      ? dynamicMetadata.struct(this.namespace)
      : dynamicMetadata.get(this.namespace, this.path);
  }
}

// control plane: runs when a format is compiled
export function parseDynamicMetadata(params: string, limit: number): DynamicMetadataOperator {
  const [namespace = "", ...path] = params.split(":");
  if (namespace === "") throw new FormatError("a namespace is missing", 0);
  return new DynamicMetadataOperator(namespace, path, limit);
}

/** `%FILTER_STATE(KEY:F):Z%`: a named value that a filter keeps for the stream. */
export class FilterStateOperator implements Operator {
  readonly numeric = false;
  private readonly key: string;
  /** As JSON, which is a text in quotes. */
  private readonly typed: boolean;
  private readonly limit: number;

  constructor(key: string, typed: boolean, limit: number) {
    this.key = key;
    this.typed = typed;
    this.limit = limit;
  }

  format(context: LogContext): string | null {
    const value = context.streamInfo.filterState?.get(this.key);
    if (value === undefined) return null;
    return truncate(utf8Bytes(this.typed ? JSON.stringify(value) : value), this.limit);
  }
}

// control plane: runs when a format is compiled
export function parseFilterState(params: string, limit: number): FilterStateOperator {
  const [key = "", form = "TYPED"] = params.split(":");
  if (key === "") throw new FormatError("a key is missing", 0);
  if (form !== "PLAIN" && form !== "TYPED") {
    throw new FormatError(`${JSON.stringify(form)} is not PLAIN or TYPED`, key.length + 1);
  }
  return new FilterStateOperator(key, form === "TYPED", limit);
}
