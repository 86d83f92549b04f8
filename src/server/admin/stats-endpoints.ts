import type { EndpointStat } from "../../stats/endpoint-stat.js";
import type { HistogramTotal } from "../../stats/histogram-total.js";
import { prometheusText } from "../../stats/prometheus.js";
import type { StatTotal } from "../../stats/stat-total.js";
import { statsJson } from "../../stats/stats-json.js";
import { selectStats } from "../../stats/stats-selection.js";
import { statsText } from "../../stats/stats-text.js";
import type { TagExtractor } from "../../stats/tag-extractor.js";
import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  jsonTextResponse,
  okResponse,
  textResponse,
} from "./admin-endpoint.js";
import {
  FILTER_PARAMETER,
  parseStatsQuery,
  STATS_PARAMETERS,
  type StatsQuery,
  USEDONLY_PARAMETER,
} from "./stats-query.js";

/** All stats of the process; `StatsAggregator` is one. */
export interface AdminStatsTotals {
  /** Ordered by name. */
  all(): readonly (StatTotal | HistogramTotal)[];
  resetCounters(): void;
}

export interface AdminStats {
  readonly totals: AdminStatsTotals;
  readonly tags: TagExtractor;
  /** Runs before stats are shown: for gauges that are read on demand, and `stats_flush_on_admin`. Null for nothing. */
  readonly refresh: (() => void | Promise<void>) | null;
  /** Of clusters that keep stats of their endpoints. */
  readonly endpoints: () => Promise<readonly EndpointStat[]>;
}

/** `/stats`. */
export class StatsEndpoint implements AdminEndpoint {
  readonly path = "/stats";
  readonly help = "print server stats";
  readonly mutates = false;
  readonly parameters = STATS_PARAMETERS;
  private readonly stats: AdminStats;

  constructor(stats: AdminStats) {
    this.stats = stats;
  }

  async handle(request: AdminRequest): Promise<AdminResponse> {
    const query = parseStatsQuery(request.query);
    return typeof query === "string" ? badRequest(query) : render(this.stats, query);
  }
}

/** `/stats/prometheus`, the same as `/stats?format=prometheus`. */
export class PrometheusEndpoint implements AdminEndpoint {
  readonly path = "/stats/prometheus";
  readonly help = "print server stats in prometheus format";
  readonly mutates = false;
  readonly parameters = [
    USEDONLY_PARAMETER,
    FILTER_PARAMETER,
    { name: "histogram_buckets", help: "Histogram bucket display mode", choices: ["cumulative", "summary"] },
  ];
  private readonly stats: AdminStats;

  constructor(stats: AdminStats) {
    this.stats = stats;
  }

  async handle(request: AdminRequest): Promise<AdminResponse> {
    const query = parseStatsQuery(request.query);
    return typeof query === "string" ? badRequest(query) : render(this.stats, { ...query, format: "prometheus" });
  }
}

/** `/reset_counters`. */
export class ResetCountersEndpoint implements AdminEndpoint {
  readonly path = "/reset_counters";
  readonly help = "reset all counters to zero";
  readonly mutates = true;
  readonly parameters = [];
  private readonly stats: AdminStats;

  constructor(stats: AdminStats) {
    this.stats = stats;
  }

  handle(): AdminResponse {
    this.stats.totals.resetCounters();
    return okResponse();
  }
}

async function render(stats: AdminStats, query: StatsQuery): Promise<AdminResponse> {
  await stats.refresh?.();
  const selection = selectStats(stats.totals.all(), query.filter, await stats.endpoints());
  switch (query.format) {
    case "text":
      return textResponse(statsText(selection, query.histograms));
    case "json":
      return jsonTextResponse(statsJson(selection, query.histograms));
    case "prometheus": {
      const histograms = query.histograms === "summary" ? "summary" : "histogram";
      return textResponse(prometheusText(selection, stats.tags, histograms));
    }
  }
}
