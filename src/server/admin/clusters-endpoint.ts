import {
  type AdminEndpoint,
  type AdminParameter,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  FORMAT_PARAMETER,
  jsonResponse,
  textResponse,
} from "./admin-endpoint.js";
import type { ClusterStatus } from "./cluster-status.js";
import { clustersJson } from "./clusters-json.js";
import { clustersText } from "./clusters-text.js";
import { parsePattern } from "./stats-query.js";

const FILTER_PARAMETER: AdminParameter = {
  name: "filter",
  help: "Regular expression (RE2) for filtering clusters by name",
  choices: null,
};

/** `/clusters`. */
export class ClustersEndpoint implements AdminEndpoint {
  readonly path = "/clusters";
  readonly help = "upstream cluster status";
  readonly mutates = false;
  readonly parameters = [FILTER_PARAMETER, FORMAT_PARAMETER];
  private readonly clusters: () => Promise<readonly ClusterStatus[]>;

  constructor(clusters: () => Promise<readonly ClusterStatus[]>) {
    this.clusters = clusters;
  }

  async handle(request: AdminRequest): Promise<AdminResponse> {
    const pattern = parsePattern(request.query.get("filter") ?? "");
    if (pattern === "invalid") return badRequest("Invalid re2 regex");
    const all = await this.clusters();
    const clusters = pattern === null ? all : all.filter(({ name }) => pattern.finds(name));
    if (request.query.get("format") === "json") return jsonResponse(clustersJson(clusters));
    return textResponse(clustersText(clusters));
  }
}
