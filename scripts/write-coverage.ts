/*
 * Writes docs/configuration.md: what of Envoy's API is implemented, made from the tables beside the converters. With
 * --check it writes nothing and fails when the page is not what the code says.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { BOOTSTRAP_FIELDS } from "../src/config/bootstrap-config.js";
import { coverageOf } from "../src/config/coverage.js";
import { DescriptorStore } from "../src/config/decode/descriptor-store.js";
import { coveragePage } from "./coverage/coverage-page.js";
import { extensionStates } from "./coverage/extension-states.js";
import { type ProtoExtensions, readProto } from "./coverage/proto-extensions.js";

const PAGE = "docs/configuration.md";
/** The API of the day; older versions are there for those who convert from them. */
const PROTO_FILE = /(?:^|\/)v3\/\w+\.proto$/;

const coverage = coverageOf(BOOTSTRAP_FIELDS, DescriptorStore.packed());
const page = coveragePage(coverage, extensionStates(readProtos(), coverage));

if (!process.argv.includes("--check")) writeFileSync(PAGE, page);
else if (!existsSync(PAGE) || readFileSync(PAGE, "utf8") !== page) {
  process.stderr.write(`${PAGE} is not what the code says: run node dist/scripts/write-coverage.js\n`);
  process.exitCode = 1;
}

/** Envoy's protos where the package that brings them has them, and those of this repository. */
function readProtos(): ProtoExtensions[] {
  const manifest = createRequire(import.meta.url).resolve("@grpc/grpc-js-xds/package.json");
  const folders = [join(dirname(manifest), "deps", "envoy-api"), join(process.cwd(), "proto")];
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => PROTO_FILE.test(path))
      .sort()
      .map((path) => readProto(readFileSync(join(folder, path), "utf8"))),
  );
}
