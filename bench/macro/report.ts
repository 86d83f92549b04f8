import type { Sample } from "./measure.js";

/** The proxies whose cost the others are compared with. */
const BASELINES: readonly string[] = ["nginx", "http-proxy"];
const MEBIBYTE = 1024 * 1024;

/** All runs of one proxy with one body length. */
export interface Series {
  readonly proxy: string;
  readonly bodyBytes: number;
  readonly samples: Sample[];
  readonly errors: string[];
}

/** Medians of a series: on a machine that does other things as well, the mean follows the worst run. */
export interface Summary extends Sample {
  readonly proxy: string;
  readonly bodyBytes: number;
  /** How far the runs were apart: (highest - lowest CPU per request) / median. */
  readonly cpuSpread: number;
  readonly cpuTimes: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly errors: readonly string[];
}

export function summarize(all: readonly Series[]): Summary[] {
  return all.map((series) => {
    const cpu = series.samples.map((sample) => sample.cpuMicrosPerRequest);
    const cpuMicrosPerRequest = median(cpu);
    return {
      proxy: series.proxy,
      bodyBytes: series.bodyBytes,
      cpuMicrosPerRequest,
      cpuSpread: (Math.max(...cpu) - Math.min(...cpu)) / cpuMicrosPerRequest,
      cpuTimes: ratiosTo(all, series.bodyBytes, cpuMicrosPerRequest),
      requestsPerSecond: median(series.samples.map((sample) => sample.requestsPerSecond)),
      p99Ms: median(series.samples.map((sample) => sample.p99Ms)),
      peakMemoryBytes: median(series.samples.map((sample) => sample.peakMemoryBytes)),
      runs: series.samples.length,
      errors: series.errors,
    };
  });
}

/** How many times the CPU per request of each baseline that was measured. */
function ratiosTo(all: readonly Series[], bodyBytes: number, cpuMicros: number): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const series of all) {
    if (series.bodyBytes !== bodyBytes || !BASELINES.includes(series.proxy) || series.samples.length === 0) continue;
    ratios[series.proxy] = cpuMicros / median(series.samples.map((sample) => sample.cpuMicrosPerRequest));
  }
  return ratios;
}

export function tableOf(summaries: readonly Summary[]): string {
  const header = ["proxy", "CPU us/req", "spread", "x nginx", "x http-proxy", "req/s", "p99 ms", "peak MiB", "runs"];
  const sizes = [...new Set(summaries.map((summary) => summary.bodyBytes))];
  const tables = sizes.map((size) => {
    const rows = summaries.filter((summary) => summary.bodyBytes === size).map(rowOf);
    return `\nResponse body of ${size} bytes\n${align([header, ...rows])}`;
  });
  const errors = summaries.flatMap((summary) =>
    summary.errors.map((error) => `${summary.proxy}, ${summary.bodyBytes} bytes: ${error}`),
  );
  return [...tables, ...errors].join("\n");
}

function rowOf(summary: Summary): string[] {
  const ratios = BASELINES.map((baseline) => fixed(summary.cpuTimes[baseline] ?? Number.NaN, 2));
  return [
    summary.proxy,
    fixed(summary.cpuMicrosPerRequest, 1),
    `${fixed(summary.cpuSpread * 100, 0)} %`,
    ...ratios,
    fixed(summary.requestsPerSecond, 0),
    fixed(summary.p99Ms, 1),
    fixed(summary.peakMemoryBytes / MEBIBYTE, 1),
    String(summary.runs),
  ];
}

function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(digits);
}

/** Columns of equal width; names to the left, figures to the right. */
function align(rows: readonly string[][]): string {
  const widths = (rows[0] as string[]).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((cells) => cells.join("  ")).join("\n");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
