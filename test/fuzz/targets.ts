import assert from "node:assert/strict";
import { encodeRequestHead, encodeResponseHead } from "../../src/http/codec/http1/head-encoder.js";
import { mergeSlashes, normalizePath, unescapeSlashes } from "../../src/http/conn-manager/path-normalization.js";
import { HeaderMap } from "../../src/http/headers/header-map.js";
import type { SeededRandom } from "../support/seeded-random.js";
import { chunkTarget } from "./chunk-target.js";
import type { Corpus } from "./corpus.js";
import { FuzzFailure, type FuzzTarget } from "./fuzz-target.js";
import { fieldsOf, type MessageKind, MessageLog } from "./message-log.js";
import { Mutator } from "./mutator.js";
import { parseWithNode } from "./node-parser.js";
import { proxyTargets } from "./proxy-targets.js";

export function fuzzTargets(random: SeededRandom, corpus: Corpus): FuzzTarget[] {
  return [
    parserTarget("request", new Mutator(random, corpus.requests)),
    parserTarget("response", new Mutator(random, corpus.responses)),
    chunkTarget(random),
    pathTarget(new Mutator(random, PATHS)),
    headerMapTarget(random),
    ...proxyTargets(random, corpus),
  ];
}

// ---- the parser: heads, chunked bodies, trailers

function parserTarget(kind: MessageKind, mutator: Mutator): FuzzTarget {
  const name = `${kind}s`;
  return {
    name,
    run: () => {
      const text = mutator.next();
      try {
        checkMessages(kind, text, mutator.split(text));
      } catch (cause) {
        throw new FuzzFailure(`${name}: ${JSON.stringify(text)}`, { cause });
      }
    },
  };
}

function checkMessages(kind: MessageKind, text: string, pieces: readonly string[]): void {
  const log = MessageLog.of(kind, [text]);
  assert.equal(MessageLog.of(kind, text.split("")).text, log.text, "byte by byte comes to something else");
  assert.equal(
    MessageLog.of(kind, pieces).text,
    log.text,
    `cut into ${JSON.stringify(pieces)} comes to something else`,
  );
  for (const { headers } of log.messages) if (headers !== null) checkHeadIsStable(kind, headers);
  checkAgainstNode(kind, text, log);
}

/** What is written is read as what it was, so that the next hop cannot see another message than we did. */
function checkHeadIsStable(kind: MessageKind, headers: HeaderMap): void {
  if (headers.status > 0 && headers.status < 200) return;
  // The connection manager refuses it.
  if (headers.method === "CONNECT" && headers.authority === "") return;
  const copy = headers.clone();
  // The body is not there: its length is not either. An upgrade is the connection manager's to write.
  copy.remove("content-length");
  copy.remove("upgrade");
  copy.remove("connection");
  const once = encodeHead(kind, copy);
  const again = MessageLog.of(kind, [once]);
  assert.equal(again.error, null, `what was written is refused: ${JSON.stringify(once)}`);
  assert.equal(again.messages.length, 1, `what was written is several messages: ${JSON.stringify(once)}`);
  assert.equal(encodeHead(kind, again.messages[0]?.headers as HeaderMap), once, "it is written in another way");
}

function encodeHead(kind: MessageKind, headers: HeaderMap): string {
  return kind === "request"
    ? encodeRequestHead(headers, headers.has("content-length") ? "length" : "none")
    : encodeResponseHead(headers, "none", "HEAD", "");
}

/**
 * What both parsers take for complete messages must be the same messages. Either may refuse what the other accepts: then
 * nothing is passed on, or nothing was understood.
 */
function checkAgainstNode(kind: MessageKind, text: string, log: MessageLog): void {
  const theirs = parseWithNode(kind, text);
  const ours = log.messages;
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const our = ours[i];
    const their = theirs[i];
    if (our === undefined || their === undefined || !our.complete || !their.complete) return;
    // From there on Node reads no HTTP any more.
    if (our.method === "CONNECT" || our.headers?.has("upgrade") || our.status === 101) return;
    const different = `Node reads message ${i + 1} as ${JSON.stringify({ ...their, headers: undefined })}`;
    assert.equal(our.method, their.method, different);
    assert.equal(our.status, their.status, different);
    assert.equal(our.body, their.body, different);
    if (our.target !== "" && kind === "request") assert.equal(our.target, their.target, different);
  }
}

// ---- paths

const PATHS = [
  "/",
  "/a/b/c",
  "/a/../b",
  "/a/./b/",
  "/%2e%2e/%2E/",
  "/a%2Fb%5cc",
  "//a///b",
  "/a\\b\\..\\c",
  "/%41%7e%25%00",
  "/a?b=/../c",
  "/..",
];

function pathTarget(mutator: Mutator): FuzzTarget {
  return {
    name: "paths",
    run: () => {
      const path = `/${mutator.next()}`;
      try {
        checkPath(path);
      } catch (cause) {
        throw new FuzzFailure(`paths: ${JSON.stringify(path)}`, { cause });
      }
    },
  };
}

function checkPath(path: string): void {
  const normal = normalizePath(path);
  if (normal !== null) {
    assert.equal(normal.charAt(0), "/", `${normal} is no path`);
    assert.equal(normalizePath(normal), normal, `${normal} has another normal form`);
    const segments = (normal.split("?", 1)[0] as string).split("/");
    assert.ok(!segments.includes("..") && !segments.includes("."), `${normal} has dot segments`);
  }
  const merged = mergeSlashes(path);
  assert.equal(mergeSlashes(merged), merged, `${merged} is not merged`);
  assert.ok(!(merged.split("?", 1)[0] as string).includes("//"), `${merged} has adjacent slashes`);
  assert.ok(!/%2f|%5c/i.test(unescapeSlashes(path).split("?", 1)[0] as string), "escaped slashes are left");
}

// ---- header maps

const NAMES = ["a", "b", "set-cookie", "x-y"];
const OPERATIONS_PER_RUN = 20;

/** Does the same to a header map and to a list, which must be equal after each step. */
function headerMapTarget(random: SeededRandom): FuzzTarget {
  return {
    name: "header maps",
    run: () => {
      const headers = new HeaderMap();
      let model: (readonly [string, string])[] = [];
      const done: string[] = [];
      for (let i = 0; i < OPERATIONS_PER_RUN; i++) {
        const name = NAMES[random.below(NAMES.length)] as string;
        const value = String(random.below(3));
        const operation = (["add", "set", "remove"] as const)[random.below(3)] as "add" | "set" | "remove";
        done.push(`${operation} ${name} ${value}`);
        model = applyToModel(model, operation, name, value);
        if (operation === "remove") headers.remove(name);
        else headers[operation](name, value);
        try {
          assert.deepEqual(
            fieldsOf(headers.clone()),
            model.map(([key, content]) => `${key}: ${content}`),
          );
          assert.equal(headers.get(name), model.find(([key]) => key === name)?.[1] ?? null);
        } catch (cause) {
          throw new FuzzFailure(`header maps: ${done.join(", ")}`, { cause });
        }
      }
    },
  };
}

function applyToModel(
  model: readonly (readonly [string, string])[],
  operation: "add" | "set" | "remove",
  name: string,
  value: string,
): (readonly [string, string])[] {
  if (operation === "add") return [...model, [name, value]];
  const first = model.findIndex(([key]) => key === name);
  if (operation === "set" && first < 0) return [...model, [name, value]];
  return model.flatMap((entry, index): (readonly [string, string])[] => {
    if (entry[0] !== name) return [entry];
    return operation === "set" && index === first ? [[name, value]] : [];
  });
}
