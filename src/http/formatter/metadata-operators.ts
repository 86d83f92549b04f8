import { canonicalText, type Metadata, type MetadataValue } from "../../common/metadata.js";
import { memberOf } from "../../stream-info/dynamic-metadata.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import { utf8Bytes } from "./byte-text.js";
import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import { NO_LIMIT, type Operator, truncate } from "./operator.js";

/** Reads what a path of keys leads to in one kind of metadata; undefined when it leads nowhere. */
type MetadataReader = (info: StreamInfo, namespace: string, path: readonly string[]) => MetadataValue | undefined;

/** Of what there is metadata, as `%METADATA(TYPE:...)%` names it. */
export type MetadataType =
  | "DYNAMIC"
  | "CLUSTER"
  | "ROUTE"
  | "UPSTREAM_HOST"
  | "LISTENER"
  | "LISTENER_FILTER_CHAIN"
  | "VIRTUAL_HOST";

const READERS: ReadonlyMap<string, MetadataReader> = new Map<MetadataType, MetadataReader>([
  ["DYNAMIC", readDynamic],
  ["CLUSTER", configured((info) => info.cluster?.metadata)],
  ["ROUTE", configured((info) => info.route?.metadata)],
  ["UPSTREAM_HOST", configured((info) => info.upstreamHost?.metadata)],
  ["LISTENER", configured((info) => info.origin.listenerMetadata)],
  ["LISTENER_FILTER_CHAIN", configured((info) => info.origin.filterChainMetadata)],
  ["VIRTUAL_HOST", configured((info) => info.route?.virtualHost.metadata)],
]);

function readDynamic(
  { dynamicMetadata }: StreamInfo,
  namespace: string,
  path: readonly string[],
): MetadataValue | undefined {
  if (dynamicMetadata === null) return undefined;
  return path.length === 0 ? dynamicMetadata.struct(namespace) : dynamicMetadata.get(namespace, path);
}

// control plane: runs when a format is compiled
function configured(metadataOf: (info: StreamInfo) => Metadata | undefined): MetadataReader {
  return (info, namespace, path) => {
    const metadata = metadataOf(info);
    if (metadata === undefined) return undefined;
    let value: MetadataValue | undefined = memberOf(metadata, namespace);
    for (let i = 0; i < path.length; i++) value = memberOf(value, path[i] as string);
    return value;
  };
}

/** `%METADATA(TYPE:NAMESPACE:KEY...):Z%` and the operators that each stand for one of its types. */
export class MetadataOperator implements Operator {
  readonly numeric = false;
  private readonly read: MetadataReader;
  private readonly namespace: string;
  private readonly path: readonly string[];
  private readonly limit: number;
  /** What is no plain value is cut, too. */
  private readonly cutsStructs: boolean;

  constructor(type: MetadataType, namespace: string, path: readonly string[], limit: number) {
    this.read = READERS.get(type) as MetadataReader;
    this.namespace = namespace;
    this.path = path;
    this.limit = limit;
    this.cutsStructs = type !== "DYNAMIC";
  }

  /** Texts as they are, everything else as JSON. */
  format(context: LogContext): string | null {
    const value = this.read(context.streamInfo, this.namespace, this.path);
    if (value === undefined || value === null) return null;
    const limit = typeof value === "object" && !this.cutsStructs ? NO_LIMIT : this.limit;
    return truncate(utf8Bytes(typeof value === "string" ? value : canonicalText(value)), limit);
  }

  /** The value with its type, as a JSON format shows it. */
  json(context: LogContext): string | null {
    const value = this.read(context.streamInfo, this.namespace, this.path);
    if (value === undefined || value === null) return null;
    const shown = typeof value === "string" ? truncate(value, this.limit) : value;
    return utf8Bytes(canonicalText(shown));
  }
}

/** An operator of its own name for one type, such as `%CLUSTER_METADATA(NAMESPACE:KEY...)%`. */
// control plane: runs when a format is compiled
export function metadataParser(type: MetadataType): (params: string, limit: number) => MetadataOperator {
  return (params, limit) => buildMetadata(type, params, 0, limit);
}

/** `TYPE:NAMESPACE:KEY...` */
// control plane: runs when a format is compiled
export function parseMetadata(params: string, limit: number): MetadataOperator {
  const [type = ""] = params.split(":", 1);
  if (!READERS.has(type)) {
    throw new FormatError(`${JSON.stringify(type)} is none of ${[...READERS.keys()].join(", ")}`, 0);
  }
  return buildMetadata(type as MetadataType, params.slice(type.length + 1), type.length + 1, limit);
}

// control plane: runs when a format is compiled
function buildMetadata(type: MetadataType, params: string, offset: number, limit: number): MetadataOperator {
  const [namespace = "", ...path] = params.split(":");
  if (namespace === "") throw new FormatError("a namespace is missing", offset);
  return new MetadataOperator(type, namespace, path, limit);
}
