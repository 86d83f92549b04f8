import type { Message } from "@bufbuild/protobuf";
import type { Bootstrap } from "../gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import type { FilterChain } from "../gen/envoy/config/listener/v3/listener_components_pb.js";
import type { RouteConfiguration } from "../gen/envoy/config/route/v3/route_pb.js";
import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { RouteConfig } from "../route/route-config.js";
import { parseConfigText, readConfigFile } from "./config-file.js";
import { ConversionContext } from "./conversion-context.js";
import { ConfigError, type ConfigProblem } from "./decode/config-problem.js";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { MessageDecoder } from "./decode/message-decoder.js";
import { ProblemList } from "./decode/problem-list.js";
import { MessageSource, SourceMap, type SourcePosition } from "./decode/source-map.js";
import type { YamlValue } from "./decode/yaml-value.js";
import { convertRouteConfig, ROUTE_CONFIGURATION_FIELDS } from "./route-config.js";
import { UnimplementedFields } from "./unimplemented-fields.js";
import { Deprecations } from "./validation/deprecations.js";
import { RuleValidator } from "./validation/rule-validator.js";

/** A route table of a file. */
export interface LoadedRouteTable {
  /** The configuration's own, else its path in the file. */
  readonly name: string;
  readonly config: RouteConfig;
}

/** The route tables of a file, and the way back to its lines. */
export interface LoadedRouteTables {
  readonly tables: readonly LoadedRouteTable[];
  readonly warnings: readonly ConfigProblem[];
  /** Where a route or a virtual host stands, by its path. */
  positionOf(path: string): SourcePosition | null;
}

const BOOTSTRAP_TYPE = "envoy.config.bootstrap.v3.Bootstrap";
const TABLE_TYPE = "envoy.config.route.v3.RouteConfiguration";
const MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/**
 * Reads the route tables of a bootstrap, or of a file that is one route configuration. What else a bootstrap has is not
 * looked at, and a table need not know its clusters: to check the rest is for `loadBootstrap`. Throws a `ConfigError`.
 */
export function loadRouteTables(path: string): LoadedRouteTables {
  return new RouteTableFile().load(path);
}

class RouteTableFile {
  private readonly problems = new ProblemList();
  private readonly sourceMap = new SourceMap();
  private readonly descriptors = DescriptorStore.packed();

  load(path: string): LoadedRouteTables {
    const messages = this.decode(path);
    const context = new ConversionContext(this.sourceMap, this.problems, null, false);
    const tables = messages.map((message) => {
      const config = this.convert(message, context);
      return { name: config.name === "" ? this.sourceMap.path(message) || "route_config" : config.name, config };
    });
    const found = this.problems.sorted().filter((problem) => this.isOfTable(problem, messages));
    if (found.some(({ severity }) => severity === "error")) throw new ConfigError(found);
    if (tables.length === 0) {
      this.problems.fileError(path, "has no `route_config`, and is no route configuration itself");
      throw new ConfigError(this.problems.sorted().filter(({ line }) => line === 0));
    }
    const positions = new Map<string, SourcePosition>();
    for (const message of messages) this.collectPositions(message, positions);
    return { tables, warnings: found, positionOf: (asked) => positions.get(asked) ?? null };
  }

  private decode(path: string): RouteConfiguration[] {
    const text = readConfigFile(path, this.problems);
    const root = text === null ? null : parseConfigText(text, this.problems);
    if (text === null || root === null) throw new ConfigError(this.problems.sorted());
    const desc = this.descriptors.requireMessage(isTable(root) ? TABLE_TYPE : BOOTSTRAP_TYPE);
    const decoder = new MessageDecoder(this.descriptors, this.sourceMap, this.problems);
    const message = decoder.decodeMessage(desc, root, new MessageSource(text, root.offset, desc, null, ""));
    if (message === null) throw new ConfigError(this.problems.sorted());
    return isTable(root) ? [message as RouteConfiguration] : this.tablesOf(message as Bootstrap);
  }

  private tablesOf({ staticResources }: Bootstrap): RouteConfiguration[] {
    return (staticResources?.listeners ?? []).flatMap(({ filterChains, defaultFilterChain }) =>
      [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])].flatMap((chain) =>
        this.tablesOfChain(chain),
      ),
    );
  }

  private tablesOfChain({ filters }: FilterChain): RouteConfiguration[] {
    return filters.flatMap(({ configType }) => {
      const unpacked = configType.case === "typedConfig" ? this.sourceMap.unpacked(configType.value) : null;
      if (unpacked?.desc.typeName !== MANAGER_TYPE) return [];
      const { routeSpecifier } = unpacked.message as HttpConnectionManager;
      if (routeSpecifier.case === "routeConfig") return [routeSpecifier.value];
      if (routeSpecifier.case !== "scopedRoutes") return [];
      const { configSpecifier } = routeSpecifier.value;
      if (configSpecifier.case !== "scopedRouteConfigurationsList") return [];
      const scopes = configSpecifier.value.scopedRouteConfigurations;
      return scopes.flatMap(({ routeConfiguration }) => (routeConfiguration === undefined ? [] : [routeConfiguration]));
    });
  }

  private convert(message: RouteConfiguration, context: ConversionContext): RouteConfig {
    const deprecations = new Deprecations(this.descriptors, this.problems);
    new RuleValidator(this.descriptors, this.sourceMap, this.problems, deprecations).validate(message);
    const config = convertRouteConfig(message, context);
    new UnimplementedFields(this.sourceMap, this.problems, false).report(message, ROUTE_CONFIGURATION_FIELDS);
    deprecations.report({});
    return config;
  }

  private isOfTable({ path, line }: ConfigProblem, messages: readonly RouteConfiguration[]): boolean {
    return line === 0 || messages.some((message) => path.startsWith(this.sourceMap.path(message)));
  }

  private collectPositions(message: Message, positions: Map<string, SourcePosition>): void {
    const position = this.sourceMap.position(message);
    if (position !== null) positions.set(this.sourceMap.path(message), position);
    for (const value of Object.values(message)) {
      if (typeof value !== "object" || value === null) continue;
      for (const item of Array.isArray(value) ? value : [value]) {
        if (typeof item === "object" && item !== null && "$typeName" in item) {
          this.collectPositions(item as Message, positions);
        }
      }
    }
  }
}

/** Fields that only a route configuration has at its root. */
function isTable(root: YamlValue): boolean {
  return root.kind === "map" && root.entries.some(({ key }) => key === "virtual_hosts" || key === "virtualHosts");
}
