// Makes src/gen from the Envoy protos that the development dependency @grpc/grpc-js-xds ships:
//
//   descriptors.bin   every FileDescriptorProto, one behind the other
//   descriptors.json  where each one starts, what it imports and which types it defines
//   **/*_pb.d.ts      static types of the messages, for `import type` only
//
// Importing generated JavaScript for the bootstrap costs 220 ms at every start; decoding the few descriptors that a
// configuration needs costs a tenth of that. Needs no network and no install script. Does nothing when up to date.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { withAdditions } from "./descriptors/proto-additions.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const outDir = join(root, "src", "gen");
/** tsc copies no file but those it compiles, so the built program's copy is made here. */
const distDir = join(root, "dist", "src", "gen");

const xdsDir = packageDir("@grpc/grpc-js-xds");
const sourceDirs = [
  join(xdsDir, "deps", "envoy-api"),
  join(xdsDir, "deps", "xds"),
  join(xdsDir, "deps", "protoc-gen-validate"),
  join(xdsDir, "deps", "googleapis"),
  join(root, "proto", "stubs"),
  join(root, "proto", "own"),
];
/** What the API gained after the package: files of the same paths, and new ones. */
const additionsDir = join(root, "proto", "additions");

/** Files that nothing imports but that a configuration can name, or a service that Sluice can call. */
const rootPattern = /^(envoy|xds|udpa|validate|sluice)\//;
/** The v2 API and its alphas. Some v3 files still import from directories of that time; imports bring those back. */
const oldApiPattern = /\/(v2|v2alpha\d*|v1alpha1|v1)\//;
/** gRPC services that no configuration names, whose imports the package does not carry. */
const excludedPattern = /^envoy\/service\/(metrics|trace)\//;

/**
 * Numbers of the options `(validate.rules)` and `(validate.required)`, of `(envoy.annotations.disallowed_by_default*)`, and of
 * `(udpa.annotations.sensitive)`.
 */
const KEPT_OPTIONS = [1071, 189503207, 70100853, 76569463];

const stamp = inputHash();
const stampFile = join(outDir, "stamp.txt");
if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp) generate();
copyToDist();

function generate() {
  const work = mkdtempSync(join(tmpdir(), "sluice-descriptors-"));
  try {
    const tree = join(work, "tree");
    const files = closure(rootFiles());
    for (const [name, text] of files) writeTo(join(tree, name), text);
    writeFileSync(join(work, "buf.yaml"), "version: v2\nmodules:\n  - path: tree\n");
    // Without `strategy: all` the plugin is started once a directory: 80 s instead of 2 s.
    const plugin = { local: [process.execPath, binOf("@bufbuild/protoc-gen-es", "protoc-gen-es")] };
    const template = {
      version: "v2",
      plugins: [{ ...plugin, out: "types", strategy: "all", opt: ["target=dts", "import_extension=js"] }],
    };
    buf(work, ["build", "--as-file-descriptor-set", "--exclude-source-info", "-o", "set.binpb"]);
    buf(work, ["generate", "set.binpb", "--template", JSON.stringify(template)]);
    const packed = pack(readFileSync(join(work, "set.binpb")));

    rmSync(outDir, { recursive: true, force: true });
    mkdirSync(dirname(outDir), { recursive: true });
    cpSync(join(work, "types"), outDir, { recursive: true });
    writeFileSync(join(outDir, "descriptors.bin"), packed.bytes);
    writeFileSync(join(outDir, "descriptors.json"), `${JSON.stringify(packed.index)}\n`);
    // Written last: an interrupted run is not taken for a finished one.
    writeFileSync(stampFile, stamp);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Replaces dist/src/gen as a whole when its stamp differs. */
function copyToDist() {
  const distStamp = join(distDir, "stamp.txt");
  if (existsSync(distStamp) && readFileSync(distStamp, "utf8") === stamp) return;
  const fresh = `${distDir}.${process.pid}`;
  mkdirSync(dirname(distDir), { recursive: true });
  cpSync(outDir, fresh, { recursive: true });
  rmSync(distDir, { recursive: true, force: true });
  renameSync(fresh, distDir);
}

/** Concatenates the descriptors, each of which can then be decoded on its own. */
function pack(setBytes) {
  const set = fromBinary(FileDescriptorSetSchema, setBytes);
  const chunks = [];
  const files = {};
  let offset = 0;
  const definedIn = new Map(set.file.flatMap((file) => definedNames(file).map((name) => [name, file.name])));
  for (const file of set.file) {
    slim(file, definedIn);
    const bytes = toBinary(FileDescriptorProtoSchema, file);
    files[file.name] = { offset, length: bytes.length, imports: file.dependency, types: typeNames(file) };
    chunks.push(bytes);
    offset += bytes.length;
  }
  return { bytes: Buffer.concat(chunks), index: { files } };
}

/**
 * Takes away what nobody asks a descriptor for, a third of its bytes: annotations of the API's history but for what they forbid, and imports that
 * only these need. Each file that is not imported is one less to decode when the proxy starts.
 */
function slim(file, definedIn) {
  file.options = undefined;
  const used = new Set();
  for (const message of allMessages(file)) {
    slimMessage(message);
    for (const { typeName } of message.field) if (typeName !== "") used.add(definedIn.get(typeName.slice(1)));
  }
  for (const { inputType, outputType } of file.service.flatMap((service) => service.method)) {
    for (const type of [inputType, outputType]) used.add(definedIn.get(type.slice(1)));
  }
  for (const enumeration of [...file.enumType, ...allMessages(file).flatMap((message) => message.enumType)]) {
    enumeration.options = undefined;
    for (const value of enumeration.value) if (value.options !== undefined) keepOnly(value.options, KEPT_OPTIONS);
  }
  // Files that define options themselves keep what they have; so do those that import for others.
  if (file.extension.length > 0 || file.publicDependency.length > 0) return;
  file.dependency = file.dependency.filter((name) => used.has(name));
  file.weakDependency = [];
}

function slimMessage(message) {
  message.options = message.options?.mapEntry ? message.options : undefined;
  message.reservedRange = [];
  message.reservedName = [];
  for (const { options } of [...message.field, ...message.oneofDecl])
    if (options !== undefined) keepOnly(options, KEPT_OPTIONS);
}

/** Drops the options that are extensions, but for some. */
function keepOnly(options, numbers) {
  options.$unknown = options.$unknown?.filter((unknown) => numbers.includes(unknown.no));
}

function allMessages(file) {
  const inside = (messages) => messages.flatMap((message) => [message, ...inside(message.nestedType)]);
  return inside(file.messageType);
}

/** Full names of the messages and enums of a file. */
function definedNames(file) {
  const names = [];
  const add = (prefix, { messageType, nestedType, enumType }) => {
    for (const { name } of enumType) names.push(`${prefix}${name}`);
    for (const message of messageType ?? nestedType) {
      names.push(`${prefix}${message.name}`);
      add(`${prefix}${message.name}.`, message);
    }
  };
  add(file.package === "" ? "" : `${file.package}.`, file);
  return names;
}

function typeNames(file) {
  const names = [];
  const add = (prefix, message) => {
    if (message.options?.mapEntry) return;
    const name = `${prefix}${message.name}`;
    names.push(name);
    for (const nested of message.nestedType) add(`${name}.`, nested);
  };
  for (const message of file.messageType) add(file.package === "" ? "" : `${file.package}.`, message);
  return names;
}

function rootFiles() {
  const names = [];
  for (const dir of [...sourceDirs, additionsDir]) {
    for (const path of readdirSync(dir, { recursive: true })) {
      const name = path.split(sep).join("/");
      const wanted = name.endsWith(".proto") && rootPattern.test(name) && !excludedPattern.test(name);
      const old = oldApiPattern.test(name) && !name.startsWith("udpa/");
      if (wanted && !old) names.push(name);
    }
  }
  return names;
}

/** The files and everything they import, as name -> text. */
function closure(names) {
  const files = new Map();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (files.has(name) || name.startsWith("google/protobuf/")) continue;
    const text = protoText(name);
    files.set(name, text);
    for (const match of text.matchAll(/^import\s+(?:public\s+|weak\s+)?"([^"]+)"/gm)) queue.push(match[1]);
  }
  return files;
}

function protoText(name) {
  const dir = sourceDirs.find((candidate) => existsSync(join(candidate, name)));
  const addition = existsSync(join(additionsDir, name)) ? readFileSync(join(additionsDir, name), "utf8") : null;
  if (dir === undefined) {
    if (addition !== null) return addition;
    throw new Error(`${name} is imported, but in none of ${[...sourceDirs, additionsDir].join(", ")}`);
  }
  const text = readFileSync(join(dir, name), "utf8");
  if (name === "validate/validate.proto") return withIgnoreEmpty(text);
  return addition === null ? text : added(name, text, addition);
}

function added(name, text, addition) {
  try {
    return withAdditions(text, addition);
  } catch (error) {
    throw new Error(`proto/additions/${name}: ${error.message}`, { cause: error });
  }
}

/** Envoy's protos use `ignore_empty` on strings, which this copy of validate.proto does not know yet. */
function withIgnoreEmpty(text) {
  if (text.includes("ignore_empty")) return text;
  const strict = /(optional bool strict = 25 \[default = true\];)/;
  if (!strict.test(text)) throw new Error("validate.proto has changed: StringRules.strict not found");
  return text.replace(strict, "$1\n  optional bool ignore_empty = 26;");
}

function buf(cwd, args) {
  const env = { ...process.env, BUF_CACHE_DIR: join(cwd, "cache") };
  execFileSync(process.execPath, [binOf("@bufbuild/buf", "buf"), ...args], { cwd, env, stdio: "inherit" });
}

/** Everything the output depends on: this script, the stubs and the versions of the packages. */
function inputHash() {
  const hash = createHash("sha256");
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(new URL("./descriptors/proto-additions.mjs", import.meta.url)));
  for (const path of readdirSync(join(root, "proto"), { recursive: true }).sort()) {
    if (path.endsWith(".proto")) hash.update(path).update(readFileSync(join(root, "proto", path)));
  }
  for (const name of ["@grpc/grpc-js-xds", "@bufbuild/buf", "@bufbuild/protoc-gen-es"]) {
    hash.update(`${name}@${manifest(name).version}\n`);
  }
  return hash.digest("hex");
}

function writeTo(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function manifest(name) {
  return JSON.parse(readFileSync(join(packageDir(name), "package.json"), "utf8"));
}

function binOf(name, bin) {
  const entry = manifest(name).bin;
  return join(packageDir(name), typeof entry === "string" ? entry : entry[bin]);
}

/** A package's directory, wherever the package manager has put it; not every package exports its package.json. */
function packageDir(name) {
  for (const dir of require.resolve.paths(name)) {
    const candidate = join(dir, name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
  }
  throw new Error(`${name} is not installed (looked above ${relative(process.cwd(), root) || "."})`);
}
