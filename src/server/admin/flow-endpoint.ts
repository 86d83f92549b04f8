import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  FORMAT_PARAMETER,
  jsonResponse,
  okResponse,
  postRequired,
  textResponse,
} from "./admin-endpoint.js";

/** A recent stream in one line. */
export interface FlowSummary {
  readonly streamId: number;
  /** The downstream connection. */
  readonly connectionId: number;
  /** What it was about and how it ended, on one line. */
  readonly text: string;
}

/** The recorded steps of recent streams, of all workers. */
export interface FlowSource {
  /** Whether steps are being recorded. */
  enabled(): boolean;
  /** Once it is settled, connections that come are recorded, or are not. */
  setEnabled(on: boolean): void | Promise<void>;
  /** The latest streams, newest first. @param limit at most so many, 1 or more. */
  list(limit: number): Promise<readonly FlowSummary[]>;
  /** All that is still recorded of a stream, to be read by people; null when nothing is. */
  timeline(streamId: number): Promise<string | null>;
}

/** Streams in a list unless `limit` says otherwise: a screen or two. */
const DEFAULT_LIMIT = 100;
/** Above what a recorder of the default size can hold. */
const MAX_LIMIT = 10_000;
/** Up to what a number holds exactly. */
const WHOLE_NUMBER = /^\d{1,15}$/;

/** `/flow`: the inspector as text. Reading it takes GET, switching it on or off POST. */
export class FlowEndpoint implements AdminEndpoint {
  readonly path = "/flow";
  readonly help = "print the steps that recent requests took";
  readonly mutates = false;
  readonly parameters = [
    { name: "stream", help: "Print all steps of the stream with this number", choices: null },
    { name: "limit", help: `Print so many streams, ${DEFAULT_LIMIT} by default`, choices: null },
    FORMAT_PARAMETER,
    { name: "enable", help: "Record steps from now on, or stop (POST)", choices: ["y", "n"] },
  ];
  private readonly flow: FlowSource;

  constructor(flow: FlowSource) {
    this.flow = flow;
  }

  handle(request: AdminRequest): AdminResponse | Promise<AdminResponse> {
    const { query } = request;
    const enable = query.get("enable");
    if (enable !== null) return request.method === "POST" ? this.enable(enable) : postRequired(request.method);
    const stream = query.get("stream");
    if (stream !== null && stream !== "") return this.timeline(stream);
    return this.list(query.get("limit") ?? "", query.get("format") === "json");
  }

  private async enable(value: string): Promise<AdminResponse> {
    if (value !== "y" && value !== "n") return badRequest("usage: /flow?enable=(y|n)");
    await this.flow.setEnabled(value === "y");
    return okResponse();
  }

  private async timeline(stream: string): Promise<AdminResponse> {
    const streamId = wholeNumber(stream);
    if (streamId === null) return badRequest("usage: /flow?stream=<number>");
    const timeline = await this.flow.timeline(streamId);
    if (timeline === null) return textResponse(`nothing is recorded of stream ${streamId}\n`, 404);
    return textResponse(timeline.endsWith("\n") ? timeline : `${timeline}\n`);
  }

  private async list(limitText: string, json: boolean): Promise<AdminResponse> {
    const limit = limitText === "" ? DEFAULT_LIMIT : wholeNumber(limitText);
    if (limit === null || limit === 0) return badRequest("usage: /flow?limit=<number>");
    const streams = await this.flow.list(Math.min(limit, MAX_LIMIT));
    const enabled = this.flow.enabled();
    if (json) return jsonResponse({ enabled, streams: streams.map(summaryJson) });
    const hint = enabled ? "" : "recording is off; POST /flow?enable=y starts it\n";
    return textResponse(hint + streams.map(summaryText).join(""));
  }
}

function summaryText(summary: FlowSummary): string {
  return `[C${summary.connectionId}][S${summary.streamId}] ${summary.text}\n`;
}

function summaryJson(summary: FlowSummary): object {
  return { stream_id: summary.streamId, connection_id: summary.connectionId, text: summary.text };
}

function wholeNumber(text: string): number | null {
  return WHOLE_NUMBER.test(text) ? Number(text) : null;
}
