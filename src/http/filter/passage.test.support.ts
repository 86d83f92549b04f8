import assert from "node:assert/strict";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { RedirectHistory } from "../../route/redirect-history.js";
import type { Route } from "../../route/route.js";
import { StreamInfo } from "../../stream-info/stream-info.js";
import { OwnPools } from "../../upstream/pool/own-pools.js";
import type { LogContext } from "../formatter/log-context.js";
import { HeaderMap } from "../headers/header-map.js";
import type {
  DecoderFilterCallbacks,
  EncoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  HttpFilterFactory,
  LocalReply,
  StreamFilter,
} from "./filter.js";
import { FilterManager, type FilterManagerCallbacks } from "./filter-manager.js";

/*
 * A chain of scripted filters and a log of what happened to it. The log reads like the flow: "A headers", "A data(x)",
 * with ".end" where the filter was told that the message ends; ">" is what lies behind the last filter.
 */

export type Direction = "decoding" | "encoding";

/** What a filter answers: always the same, one after the other (the last one again and again), or what a call says. */
type Answer<Status> = Status | readonly Status[] | ((filter: ScriptedFilter) => Status);

/** What a filter does; passes on what is not scripted. */
export interface Script {
  readonly headers?: Answer<FilterHeadersStatus>;
  readonly data?: Answer<FilterDataStatus>;
  readonly trailers?: Answer<FilterTrailersStatus>;
  /** Logged only where it is scripted. */
  readonly complete?: (filter: ScriptedFilter) => void;
  readonly interim?: Answer<FilterTrailersStatus>;
  readonly destroy?: (filter: ScriptedFilter) => void;
}

/** One direction of a filter is scripted; in the other it lets everything pass and logs nothing. */
export class ScriptedFilter implements StreamFilter {
  readonly name: string;
  decoder!: DecoderFilterCallbacks;
  encoder!: EncoderFilterCallbacks;
  destroyed = 0;
  /** The bytes of the data callback that runs. */
  currentData = "";
  private readonly scripts: { readonly [direction in Direction]: Script | null };
  private readonly log: string[];
  private readonly calls = new Map<string, number>();

  constructor(name: string, scripts: { readonly [direction in Direction]: Script | null }, log: string[]) {
    this.name = name;
    this.scripts = scripts;
    this.log = log;
  }

  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void {
    this.decoder = callbacks;
  }

  setEncoderFilterCallbacks(callbacks: EncoderFilterCallbacks): void {
    this.encoder = callbacks;
  }

  decodeHeaders(_headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    return this.answer("decoding", "headers", "", endStream, this.scripts.decoding?.headers, "continue");
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    this.currentData = data.toString();
    return this.answer("decoding", "data", `(${data})`, endStream, this.scripts.decoding?.data, "continue");
  }

  decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    return this.answer("decoding", "trailers", fieldsOf(trailers), false, this.scripts.decoding?.trailers, "continue");
  }

  decodeComplete(): void {
    this.onComplete(this.scripts.decoding);
  }

  encode1xxHeaders(headers: HeaderMap): FilterTrailersStatus {
    return this.answer("encoding", `${headers.status}`, "", false, this.scripts.encoding?.interim, "continue");
  }

  encodeHeaders(_headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    return this.answer("encoding", "headers", "", endStream, this.scripts.encoding?.headers, "continue");
  }

  encodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    this.currentData = data.toString();
    return this.answer("encoding", "data", `(${data})`, endStream, this.scripts.encoding?.data, "continue");
  }

  encodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    return this.answer("encoding", "trailers", fieldsOf(trailers), false, this.scripts.encoding?.trailers, "continue");
  }

  encodeComplete(): void {
    this.onComplete(this.scripts.encoding);
  }

  private onComplete(script: Script | null): void {
    if (script?.complete === undefined) return;
    this.log.push(`${this.name} complete`);
    script.complete(this);
  }

  onDestroy(): void {
    this.destroyed++;
    (this.scripts.decoding ?? this.scripts.encoding)?.destroy?.(this);
  }

  // ---- its callbacks, the same in both directions

  private get direction(): Direction {
    return this.scripts.decoding === null ? "encoding" : "decoding";
  }

  continue(): void {
    if (this.direction === "decoding") this.decoder.continueDecoding();
    else this.encoder.continueEncoding();
  }

  add(text: string, streaming = false): void {
    if (this.direction === "decoding") this.decoder.addDecodedData(Buffer.from(text), streaming);
    else this.encoder.addEncodedData(Buffer.from(text), streaming);
  }

  inject(text: string, endStream: boolean): void {
    if (this.direction === "decoding") this.decoder.injectDecodedData(Buffer.from(text), endStream);
    else this.encoder.injectEncodedData(Buffer.from(text), endStream);
  }

  replace(text: string): void {
    if (this.direction === "decoding") this.decoder.replaceDecodedData(Buffer.from(text));
    else this.encoder.replaceEncodedData(Buffer.from(text));
  }

  addTrailer(name: string, value: string): void {
    const trailers =
      this.direction === "decoding" ? this.decoder.addDecodedTrailers() : this.encoder.addEncodedTrailers();
    trailers.add(name, value);
  }

  reply(status: number, details: string, body = ""): void {
    const callbacks = this.direction === "decoding" ? this.decoder : this.encoder;
    callbacks.sendLocalReply({ status, body, details, headers: [] });
  }

  get buffer(): string | null {
    const buffer = this.direction === "decoding" ? this.decoder.decodingBuffer : this.encoder.encodingBuffer;
    return buffer === null ? null : buffer.toString();
  }

  set buffer(text: string) {
    if (this.direction === "decoding") this.decoder.setDecodingBuffer(Buffer.from(text));
    else this.encoder.setEncodingBuffer(Buffer.from(text));
  }

  private answer<Status extends string>(
    direction: Direction,
    call: string,
    detail: string,
    endStream: boolean,
    answer: Answer<Status> | undefined,
    otherwise: Status,
  ): Status {
    if (this.scripts[direction] === null) return otherwise;
    this.log.push(`${this.name} ${call}${detail}${endStream ? ".end" : ""}`);
    if (answer === undefined) return otherwise;
    if (typeof answer === "function") return answer(this);
    if (typeof answer === "string") return answer;
    const count = this.calls.get(call) ?? 0;
    this.calls.set(call, count + 1);
    return answer[Math.min(count, answer.length - 1)] as Status;
  }
}

export interface PassageOptions {
  /** 0 is unlimited. */
  readonly bufferLimitBytes?: number;
  readonly requestMethod?: string;
}

type Scripts = Readonly<Record<string, Script>>;

/**
 * A stream whose chain is scripted in one direction. The filters are named in the order in which they are met. The
 * other direction is silent; what the client gets is in `response`.
 */
export class Passage implements FilterManagerCallbacks {
  readonly log: string[] = [];
  manager: FilterManager;
  readonly streamInfo = new StreamInfo(1, 1, "HTTP/1.1", 0, 0);
  readonly dispatcher = new SimulatedDispatcher();
  readonly flow = null;
  readonly bufferLimitBytes: number;
  readonly ownPools = new OwnPools();
  readonly requestHeaders = new HeaderMap();
  responseHeaders: HeaderMap | null = null;
  /** What the codec got of the response. */
  readonly response = { status: 0, body: "", trailers: "", complete: false };
  readonly failures: string[] = [];
  localReplyBody = "";
  /** How often the bytes of the request were stopped and not continued; and the same for the response's. */
  requestReadDisables = 0;
  responseReadDisables = 0;
  private readonly direction: Direction | "both";
  private readonly filters = new Map<string, ScriptedFilter>();

  rewriteLocalReply(): string {
    return "";
  }

  constructor(direction: Direction | "both", scripts: Scripts, options: PassageOptions = {}) {
    this.direction = direction;
    this.bufferLimitBytes = options.bufferLimitBytes ?? 0;
    this.requestHeaders.method = options.requestMethod ?? "POST";
    this.requestHeaders.path = "/";
    this.manager = new FilterManager(this);
    this.manager.createFilterChain(this.factories(scripts), null);
    this.terminal.setDownstreamWatermarkCallbacks({
      onAboveWriteBufferHighWatermark: () => void this.responseReadDisables++,
      onBelowWriteBufferLowWatermark: () => void this.responseReadDisables--,
    });
    if (direction === "encoding") this.manager.decodeHeaders(this.requestHeaders, true);
  }

  /** How often the sender of the scripted direction is stopped. */
  get senderStops(): number {
    return this.direction === "encoding" ? this.responseReadDisables : this.requestReadDisables;
  }

  private factories(scripts: Scripts): HttpFilterFactory[] {
    const factories = Object.entries(scripts).map(([name, script]) => this.scripted(name, script));
    if (this.direction === "encoding") factories.reverse();
    return [...factories, this.terminalFactory()];
  }

  scripted(name: string, script: Script): HttpFilterFactory {
    const scripts = {
      decoding: this.direction === "encoding" ? null : script,
      encoding: this.direction === "decoding" ? null : script,
    };
    const filter = new ScriptedFilter(name, scripts, this.log);
    this.filters.set(name, filter);
    return { name, createFilter: (chain) => chain.addStreamFilter(name, filter) };
  }

  /** Begins anew with a chain of other filters. */
  restart(factories: readonly HttpFilterFactory[]): void {
    this.manager = new FilterManager(this);
    this.manager.createFilterChain([...factories, this.terminalFactory()], null);
  }

  /** The router's place: takes the request and answers when the test says so. */
  private terminalFactory(): HttpFilterFactory {
    const script: Script = {
      headers: "stopIteration",
      data: "stopIterationNoBuffer",
      trailers: "stopIteration",
    };
    const scripts = { decoding: this.direction === "encoding" ? null : script, encoding: null };
    const filter = new ScriptedFilter(">", scripts, this.log);
    this.filters.set(">", filter);
    return { name: "terminal", createFilter: (chain) => chain.addStreamDecoderFilter("terminal", filter) };
  }

  filter(name: string): ScriptedFilter {
    const filter = this.filters.get(name);
    assert.ok(filter !== undefined, `there is no filter ${name}`);
    return filter;
  }

  get terminal(): DecoderFilterCallbacks {
    return this.filter(">").decoder;
  }

  /** What happened since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }

  // ---- what the sender sends

  headers(endStream: boolean): void {
    if (this.direction === "encoding") this.terminal.encodeHeaders(responseHeaders(200), endStream);
    else this.manager.decodeHeaders(this.requestHeaders, endStream);
  }

  data(text: string, endStream: boolean): void {
    if (this.direction === "encoding") this.terminal.encodeData(Buffer.from(text), endStream);
    else this.manager.decodeData(Buffer.from(text), endStream);
  }

  trailers(): void {
    const trailers = new HeaderMap();
    trailers.add("t", "1");
    if (this.direction === "encoding") this.terminal.encodeTrailers(trailers);
    else this.manager.decodeTrailers(trailers);
  }

  // ---- FilterManagerCallbacks: the codec's end

  route(): Route | null {
    return null;
  }

  get formatContext(): LogContext {
    throw new Error("nothing is formatted here");
  }

  finalizeResponseHeaders(): void {}

  routeFor(): Route | null {
    return null;
  }

  isRequestComplete = true;

  recreateStream(): void {
    this.log.push("recreated");
  }

  readonly redirects = new RedirectHistory();

  randomValue(): number {
    return 0;
  }

  clearRouteCache(): void {}

  encode1xxHeaders(headers: HeaderMap): void {
    this.logEncoded(`${headers.status}`, false);
  }

  encodeHeaders(headers: HeaderMap, endStream: boolean): void {
    assert.equal(this.response.status, 0, "a second response head");
    this.responseHeaders = headers;
    this.response.status = headers.status;
    this.logEncoded("headers", endStream);
    if (endStream) this.end();
  }

  encodeData(data: Buffer, endStream: boolean): void {
    this.response.body += data.toString();
    this.logEncoded(`data(${data})`, endStream);
    if (endStream) this.end();
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.response.trailers = fieldsOf(trailers);
    this.logEncoded(`trailers${fieldsOf(trailers)}`, false);
    this.end();
  }

  private logEncoded(what: string, endStream: boolean): void {
    if (this.direction !== "decoding") this.log.push(`> ${what}${endStream ? ".end" : ""}`);
  }

  private end(): void {
    this.response.complete = true;
    this.manager.destroy();
  }

  resetFromFilter(details: string): void {
    this.log.push(`reset ${details}`);
    this.manager.destroy();
  }

  onLocalReply(reply: LocalReply): void {
    this.log.push(`reply ${reply.status} ${reply.details}`);
  }

  requestReadDisable(disable: boolean): void {
    this.requestReadDisables += disable ? 1 : -1;
  }

  keep(data: Buffer): Buffer {
    return Buffer.from(data);
  }

  onFilterFailure(name: string, error: unknown): void {
    this.failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
  }

  onRequestTooLarge(): void {
    this.log.push("request too large");
  }

  onResponseTooLarge(): void {
    this.log.push("response too large");
  }
}

export function responseHeaders(status: number): HeaderMap {
  const headers = new HeaderMap();
  headers.status = status;
  return headers;
}

function fieldsOf(headers: HeaderMap): string {
  const fields = Array.from({ length: headers.size }, (_, i) => `${headers.nameAt(i)}=${headers.valueAt(i)}`);
  return `(${fields.join(" ")})`;
}
