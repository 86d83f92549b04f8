import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  jsonResponse,
  textResponse,
} from "./admin-endpoint.js";

/** `/config_dump`: all of it, or one kind of resource, or those of some names. */
export class ConfigDumpEndpoint implements AdminEndpoint {
  readonly path = "/config_dump";
  readonly help = "dump current Sluice configs";
  readonly mutates = false;
  readonly parameters = [
    { name: "resource", help: "Dump only one kind of resource, such as static_clusters", choices: null },
    { name: "name_regex", help: "Dump only resources whose names match", choices: null },
  ];
  private readonly configDump: () => object | Promise<object>;

  constructor(configDump: () => object | Promise<object>) {
    this.configDump = configDump;
  }

  async handle({ query }: AdminRequest): Promise<AdminResponse> {
    // Envoy narrows the dump by more; the whole of it would be a wrong answer to who asked for a part.
    for (const name of query.keys()) {
      if (name !== "resource" && name !== "name_regex") return badRequest(`parameter ${name} is not supported`);
    }
    const { configs } = (await this.configDump()) as { readonly configs: readonly Part[] };
    const pattern = patternOf(query.get("name_regex"));
    if (pattern === undefined) return badRequest("Error while parsing name_regex from URL query parameters");
    const named = configs.map((part) => withNames(part, pattern));
    const resource = query.get("resource");
    if (resource === null) return jsonResponse({ configs: named });
    for (const part of named) {
      const { [resource]: items } = part;
      if (Array.isArray(items))
        return jsonResponse({ configs: items.map((item: Part) => ({ ...typeOf(part), ...item })) });
    }
    return textResponse(`${resource} not found in config dump\n`, 404);
  }
}

/** One part of the dump; its lists are resources. */
type Part = Readonly<Record<string, unknown>>;

/** Envoy names the kind of entry beside its content. */
const ENTRY_TYPES: Readonly<Record<string, string>> = {
  ClustersConfigDump: "ClustersConfigDump.StaticCluster",
  ListenersConfigDump: "ListenersConfigDump.StaticListener",
  RoutesConfigDump: "RoutesConfigDump.StaticRouteConfig",
  SecretsConfigDump: "SecretsConfigDump.StaticSecret",
};

function typeOf(part: Part): Part {
  const type = String(part["@type"]);
  const dot = type.lastIndexOf(".") + 1;
  const entryType = ENTRY_TYPES[type.slice(dot)];
  return entryType === undefined ? {} : { "@type": type.slice(0, dot) + entryType };
}

/** Null for all names, undefined for what is no pattern. */
function patternOf(text: string | null): RegExp | null | undefined {
  if (text === null) return null;
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
}

function withNames(part: Part, pattern: RegExp | null): Part {
  if (pattern === null) return part;
  const entries = Object.entries(part).map(([key, value]) => {
    return [key, Array.isArray(value) ? value.filter((item: Part) => pattern.test(nameOf(item))) : value] as const;
  });
  return Object.fromEntries(entries);
}

function nameOf(item: Part): string {
  if (typeof item.name === "string") return item.name;
  for (const value of Object.values(item)) {
    if (typeof value === "object" && value !== null && "name" in value) return String(value.name);
  }
  return "";
}
