import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  FORMAT_PARAMETER,
  jsonResponse,
  textResponse,
} from "./admin-endpoint.js";
import type { ClusterStatus } from "./cluster-status.js";
import { clustersJson } from "./clusters-json.js";
import { clustersText } from "./clusters-text.js";

/** `/clusters`. */
export class ClustersEndpoint implements AdminEndpoint {
  readonly path = "/clusters";
  readonly help = "upstream cluster status";
  readonly mutates = false;
  readonly parameters = [FORMAT_PARAMETER];
  private readonly clusters: () => Promise<readonly ClusterStatus[]>;

  constructor(clusters: () => Promise<readonly ClusterStatus[]>) {
    this.clusters = clusters;
  }

  async handle(request: AdminRequest): Promise<AdminResponse> {
    const clusters = await this.clusters();
    if (request.query.get("format") === "json") return jsonResponse(clustersJson(clusters));
    return textResponse(clustersText(clusters));
  }
}
