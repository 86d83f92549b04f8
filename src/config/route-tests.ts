import type { MetadataStruct } from "../common/metadata.js";
import type { RuntimeValues } from "../common/runtime.js";
import type { HeaderValue } from "../gen/envoy/config/core/v3/base_pb.js";
import type { HeaderMatcher } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type {
  RouteTestAnswer,
  RouteTestInput,
  RouteTest as RouteTestMessage,
  RouteTests,
} from "../gen/sluice/route_tests_pb.js";
import type { HeaderMatcherConfig } from "../matching/string-matcher-config.js";
import { parseConfigText, readConfigFile } from "./config-file.js";
import { ConversionContext } from "./conversion-context.js";
import { ConfigError } from "./decode/config-problem.js";
import { DescriptorStore } from "./decode/descriptor-store.js";
import { MessageDecoder } from "./decode/message-decoder.js";
import { ProblemList } from "./decode/problem-list.js";
import { MessageSource, SourceMap, type SourcePosition } from "./decode/source-map.js";
import { convertHeaderMatcher } from "./header-matcher.js";
import { flattenRuntime } from "./layered-runtime.js";
import { Deprecations } from "./validation/deprecations.js";
import { RuleValidator } from "./validation/rule-validator.js";

/** A request, and what is expected of the route table. */
export interface RouteTest {
  readonly name: string;
  readonly position: SourcePosition | null;
  readonly input: RouteTestRequest;
  readonly expected: ExpectedAnswer;
}

export interface RouteTestRequest {
  readonly authority: string;
  readonly path: string;
  readonly method: string;
  /** A whole number from 0 to 2^53 - 1. */
  readonly randomValue: number;
  readonly ssl: boolean;
  readonly internal: boolean;
  readonly requestHeaders: readonly NamedValue[];
  /** What the upstream answers. */
  readonly responseHeaders: readonly NamedValue[];
  /** The runtime key whose share is on; empty for none. */
  readonly runtimeKey: string;
  readonly dynamicMetadata: readonly DynamicMetadataEntry[];
}

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

export interface DynamicMetadataEntry {
  readonly namespace: string;
  readonly value: MetadataStruct;
  readonly allowOverwrite: boolean;
}

/** Null is not asked; an empty text stands for nothing. */
export interface ExpectedAnswer {
  readonly texts: Readonly<Record<TextAnswer, string | null>>;
  readonly redirectCode: number | null;
  readonly timeoutMs: number | null;
  readonly routeMetadata: readonly { readonly namespace: string; readonly key: string; readonly value: string }[];
  readonly requestHeaders: readonly HeaderMatcherConfig[];
  readonly responseHeaders: readonly HeaderMatcherConfig[];
}

/** What is compared as text, by the names of the file. */
export const TEXT_ANSWERS = [
  "cluster_name",
  "virtual_cluster_name",
  "virtual_host_name",
  "path_rewrite",
  "host_rewrite",
  "path_redirect",
] as const;

export type TextAnswer = (typeof TEXT_ANSWERS)[number];

export interface LoadedRouteTests {
  readonly tests: readonly RouteTest[];
  readonly runtime: RuntimeValues;
}

const TESTS_TYPE = "sluice.RouteTests";
const MAX_RANDOM = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads a file of tests as Envoy's route table check tool has them. Throws a `ConfigError`. */
export function loadRouteTests(path: string): LoadedRouteTests {
  const problems = new ProblemList();
  const sourceMap = new SourceMap();
  const descriptors = DescriptorStore.packed();
  const text = readConfigFile(path, problems);
  const root = text === null ? null : parseConfigText(text, problems);
  if (text === null || root === null) throw new ConfigError(problems.sorted());
  const desc = descriptors.requireMessage(TESTS_TYPE);
  const decoder = new MessageDecoder(descriptors, sourceMap, problems);
  const message = decoder.decodeMessage(desc, root, new MessageSource(text, root.offset, desc, null, ""));
  if (message === null) throw new ConfigError(problems.sorted());
  // What is deprecated there is as good as ever in a test.
  new RuleValidator(descriptors, sourceMap, problems, new Deprecations(descriptors, problems)).validate(message);
  const context = new ConversionContext(sourceMap, problems, null, false);
  const { tests, runtime } = message as RouteTests;
  const converted = tests.map((test) => convertTest(test, context));
  if (problems.hasErrors) throw new ConfigError(problems.sorted());
  return { tests: converted.filter((test) => test !== null), runtime: flattenRuntime(runtime ?? {}) };
}

/** Null for one that a constraint of the proto has reported. */
function convertTest(message: RouteTestMessage, context: ConversionContext): RouteTest | null {
  const { testName: name, input, validate } = message;
  if (input === undefined || validate === undefined) return null;
  const position = context.sourceMap.position(message);
  const expected = convertAnswer(validate, context);
  if (context.sourceMap.source(validate)?.fields.size === 0) {
    context.error(validate, null, "nothing is expected, so the test cannot fail");
  }
  return { name, position, input: convertInput(input, context), expected };
}

function convertInput(message: RouteTestInput, context: ConversionContext): RouteTestRequest {
  if (message.randomValue > MAX_RANDOM) context.error(message, "randomValue", `must be at most ${MAX_RANDOM}`);
  return {
    authority: message.authority,
    path: message.path,
    method: message.method === "" ? "GET" : message.method,
    randomValue: Number(message.randomValue),
    ssl: message.ssl,
    internal: message.internal,
    requestHeaders: [...message.additionalHeaders, ...message.additionalRequestHeaders].map(namedValue),
    responseHeaders: message.additionalResponseHeaders.map(namedValue),
    runtimeKey: message.runtime,
    dynamicMetadata: message.dynamicMetadata.map(({ metadataNamespace, value, allowOverwrite }) => ({
      namespace: metadataNamespace,
      value: (value ?? {}) as MetadataStruct,
      allowOverwrite,
    })),
  };
}

function namedValue({ key, value }: HeaderValue): NamedValue {
  return { name: key.toLowerCase(), value };
}

function convertAnswer(message: RouteTestAnswer, context: ConversionContext): ExpectedAnswer {
  const { headerFields, customHeaderFields, requestHeaderFields, responseHeaderFields } = message;
  return {
    texts: {
      cluster_name: message.clusterName ?? null,
      virtual_cluster_name: message.virtualClusterName ?? null,
      virtual_host_name: message.virtualHostName ?? null,
      path_rewrite: message.pathRewrite ?? null,
      host_rewrite: message.hostRewrite ?? null,
      path_redirect: message.pathRedirect ?? null,
    },
    redirectCode: message.codeRedirect ?? null,
    timeoutMs: context.milliseconds(message, "timeout", message.timeout, null),
    routeMetadata: message.routeMetadata.map(({ namespace, key, value }) => ({ namespace, key, value })),
    requestHeaders: [
      ...[...headerFields, ...customHeaderFields, ...requestHeaderFields].map(exactly),
      ...convertMatchers(message.requestHeaderMatches, context),
    ],
    responseHeaders: [...responseHeaderFields.map(exactly), ...convertMatchers(message.responseHeaderMatches, context)],
  };
}

function convertMatchers(messages: readonly HeaderMatcher[], context: ConversionContext): HeaderMatcherConfig[] {
  return messages.map((message) => convertHeaderMatcher(message, context)).filter((matcher) => matcher !== null);
}

/** The value, and none where it is empty. */
function exactly({ key, value }: HeaderValue): HeaderMatcherConfig {
  const name = key.toLowerCase();
  if (value === "") {
    return { name, value: { kind: "present", present: false }, invert: false, treatMissingAsEmpty: false };
  }
  const matcher = { kind: "exact", value, ignoreCase: false } as const;
  return { name, value: { kind: "string", matcher }, invert: false, treatMissingAsEmpty: false };
}
