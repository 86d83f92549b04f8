import { SafeRegex } from "../../../src/matching/safe-regex.js";

/*
 * Nanoseconds of CPU time to match whole texts with patterns of linear time, beside the engine of V8, which backtracks; and how the
 * time grows with the length where backtracking would never end. Run it: node dist/bench/micro/matching/safe-regex.js
 */

const ROUNDS = 15;
const MATCHES_PER_ROUND = 50_000;
const CHARACTERS_PER_ROUND = 1_000_000;
const COMPILATIONS = 100;
const LENGTHS = [100, 1_000, 10_000, 100_000];

const TYPICAL: readonly (readonly [pattern: string, text: string])[] = [
  ["/api/v[0-9]+/users/[^/]+", "/api/v12/users/alice"],
  ["/api/v[0-9]+/users/[^/]+", "/static/img/logo.png"],
  ["/static/.*\\.(css|js|png)", "/static/x/y/z/app.bundle.js"],
  ["^/(de|en|fr)(/.*)?$", "/en/products/1234/details"],
  [".*", "/services/orders/items/1234567890?no"],
  ["[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2"],
  ["Bearer [A-Za-z0-9._~+/-]+=*", `Bearer ${"eyJhbGciOiJIUzI1NiJ9.".repeat(20)}`],
];

const HOSTILE: readonly (readonly [pattern: string, unit: string])[] = [
  ["^(a+)+$", "a"],
  ["(a|aa)+$", "a"],
  ["(.*)(.*)(.*)(.*)x", "ab"],
  ["/([^/]+/)*[0-9]", "/a"],
];

let matched = 0;

/** Nanoseconds of one match. */
function median(regex: { matches(text: string): boolean }, text: string, count: number): number {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.cpuUsage();
    for (let j = 0; j < count; j++) if (regex.matches(text)) matched++;
    times.push((process.cpuUsage(start).user * 1e3) / count);
  }
  times.sort((a, b) => a - b);
  return times[ROUNDS >> 1] as number;
}

function row(title: string, columns: readonly string[]): void {
  console.log(title.padEnd(66) + columns.map((column) => column.padStart(10)).join(""));
}

row("nanoseconds a match", ["linear", "V8"]);
for (const [pattern, text] of TYPICAL) {
  const native = new RegExp(`^(?:${pattern})$`);
  const engines = [new SafeRegex(pattern), { matches: (input: string) => native.test(input) }];
  row(
    pattern,
    engines.map((engine) => median(engine, text, MATCHES_PER_ROUND).toFixed(0)),
  );
}

row("\nnanoseconds a character, by length", LENGTHS.map(String));
for (const [pattern, unit] of HOSTILE) {
  const regex = new SafeRegex(pattern);
  const times = LENGTHS.map((length) => {
    const text = `${unit.repeat(length / unit.length)}!`;
    return median(regex, text, Math.ceil(CHARACTERS_PER_ROUND / length)) / length;
  });
  row(
    pattern,
    times.map((time) => time.toFixed(1)),
  );
}

const start = process.cpuUsage();
for (let i = 0; i < COMPILATIONS; i++) for (const [pattern] of TYPICAL) new SafeRegex(pattern);
const compiling = process.cpuUsage(start).user / COMPILATIONS / TYPICAL.length;
console.log(`\ncompiling a pattern: ${compiling.toFixed(0)} us`);
console.log(`(${matched} matched)`);
