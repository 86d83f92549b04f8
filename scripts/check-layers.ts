/* npm run layers: the order of folders that docs and architecture promise, and no import cycles. */
import { checkCycleRule } from "./layers/cycle-rule.js";
import { importGraphOf } from "./layers/import-graph.js";
import { checkLayerRule } from "./layers/layer-rule.js";
import { readSources } from "./source/source-file.js";
import { report } from "./source/violation.js";

const CHECKED_FOLDERS = ["src", "test", "bench", "scripts"];

const sources = CHECKED_FOLDERS.flatMap((folder) => readSources(process.cwd(), folder));
const graph = importGraphOf(sources);
process.exitCode = report([...checkLayerRule(graph), ...checkCycleRule(graph)], sources.length);
