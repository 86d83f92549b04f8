/* npm run hot-path: what must not run for every request stays out of the hot folders, and files stay short. */
import { checkFileLength, questionablyLong } from "./hot-path/file-length-rule.js";
import { checkHotPathRule } from "./hot-path/hot-path-rule.js";
import { readSources } from "./source/source-file.js";
import { report } from "./source/violation.js";

const sources = readSources(process.cwd(), "src");
for (const warning of questionablyLong(sources)) console.warn(`warning: ${warning}`);
const violations = sources.flatMap((source) => [...checkHotPathRule(source), ...checkFileLength(source)]);
process.exitCode = report(violations, sources.length);
