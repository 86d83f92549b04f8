import type { Bootstrap } from "../gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import { BOOTSTRAP_FIELDS, convertBootstrap } from "./bootstrap-config.js";
import { configText, parseConfigText, readConfigFile } from "./config-file.js";
import { ConversionContext } from "./conversion-context.js";
import { ConfigError, type ConfigProblem } from "./decode/config-problem.js";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { MessageDecoder } from "./decode/message-decoder.js";
import { mergeMessage } from "./decode/message-merge.js";
import { ProblemList } from "./decode/problem-list.js";
import { MessageSource, SourceMap } from "./decode/source-map.js";
import type { SourceText } from "./decode/source-text.js";
import type { RuntimeConfig } from "./runtime-config.js";
import { UnimplementedFields } from "./unimplemented-fields.js";
import { unusedClusters } from "./unused-clusters.js";
import { Deprecations } from "./validation/deprecations.js";
import { RuleValidator } from "./validation/rule-validator.js";

/** What problems of a text name as its file where the caller does not say. */
const TEXT_NAME = "--config-yaml";
const BOOTSTRAP_TYPE = "envoy.config.bootstrap.v3.Bootstrap";

/** At least one of `path` and `text`. */
export interface BootstrapSource {
  /** A YAML or JSON file; `-` is standard input. */
  readonly path?: string;
  /** YAML or JSON; merged over the file when both are given. */
  readonly text?: string;
  /** What problems of `text` name as its file, `--config-yaml` by default. */
  readonly textName?: string;
  /** Fields that are not implemented are errors and not warnings. */
  readonly strict?: boolean;
}

/** A configuration that can be used. */
export interface LoadedBootstrap {
  /** Frozen plain data, made for the data plane; it can be copied to other threads. */
  readonly config: RuntimeConfig;
  readonly warnings: readonly ConfigProblem[];
  /** The message it was made from, and the way from there to the lines of the file. */
  readonly bootstrap: Bootstrap;
  readonly sourceMap: SourceMap;
}

/**
 * Reads an Envoy v3 bootstrap. Throws a `ConfigError` with everything that is wrong, and nothing else: from unreadable
 * files to routes that lead nowhere.
 */
export function loadBootstrap(source: BootstrapSource): LoadedBootstrap {
  const problems = new ProblemList();
  const sourceMap = new SourceMap();
  const descriptors = DescriptorStore.packed();
  const decoder = new MessageDecoder(descriptors, sourceMap, problems);
  const bootstraps = readTexts(source, problems)
    .map((text) => decodeBootstrap(text, decoder, descriptors, problems))
    .filter((decoded) => decoded !== null);
  const [bootstrap, override] = bootstraps;
  if (bootstrap === undefined) throw new ConfigError(problems.sorted());
  if (override !== undefined) mergeMessage(bootstrap, override, sourceMap);
  const strict = source.strict ?? false;
  decoder.reportUnknownTypes(strict);

  // From here on every step takes what is there, so that all problems are found in one run.
  const deprecations = new Deprecations(descriptors, problems);
  new RuleValidator(descriptors, sourceMap, problems, deprecations).validate(bootstrap);
  const clusterNames = clusterNamesOf(bootstrap, sourceMap);
  const unused = unusedClusters(bootstrap, sourceMap);
  const config = convertBootstrap(bootstrap, new ConversionContext(sourceMap, problems, clusterNames, strict), unused);
  new UnimplementedFields(sourceMap, problems, strict, unused).report(bootstrap, BOOTSTRAP_FIELDS);
  deprecations.report(config.runtime);
  if (problems.hasErrors) throw new ConfigError(problems.sorted());
  return { config: deepFreeze(config), warnings: problems.sorted(), bootstrap, sourceMap };
}

function readTexts(source: BootstrapSource, problems: ProblemList): SourceText[] {
  const texts: SourceText[] = [];
  if (source.path !== undefined) {
    const text = readConfigFile(source.path, problems);
    if (text !== null) texts.push(text);
  }
  if (source.text !== undefined) texts.push(configText(source.textName ?? TEXT_NAME, source.text));
  if (source.path === undefined && source.text === undefined) {
    problems.fileError("configuration", "neither a file nor a text is given");
  }
  return texts;
}

function decodeBootstrap(
  text: SourceText,
  decoder: MessageDecoder,
  descriptors: DescriptorStore,
  problems: ProblemList,
): Bootstrap | null {
  const root = parseConfigText(text, problems);
  if (root === null) return null;
  const desc = descriptors.requireMessage(BOOTSTRAP_TYPE);
  const message = decoder.decodeMessage(desc, root, new MessageSource(text, root.offset, desc, null, ""));
  return message as Bootstrap | null;
}

/** Null when a cluster or its name could not be read: then it may well be the one that a route means. */
function clusterNamesOf(bootstrap: Bootstrap, sourceMap: SourceMap): ReadonlySet<string> | null {
  const { staticResources } = bootstrap;
  if (sourceMap.isBroken(bootstrap, "staticResources")) return null;
  if (staticResources === undefined) return new Set();
  const { clusters } = staticResources;
  const complete = clusters.every((cluster) => !sourceMap.isBroken(cluster, "name"));
  if (sourceMap.isBroken(staticResources, "clusters") || !complete) return null;
  return new Set(clusters.map((cluster) => cluster.name));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
