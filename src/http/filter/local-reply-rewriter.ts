import type { RandomSource } from "../../common/random.js";
import type { AccessLogFilterConfig } from "../../stream-info/access-log-config.js";
import { type AccessLogFilter, compileFilter } from "../access-log/access-log-filter.js";
import type { ReplyBodyFormatConfig } from "../formatter/body-format-config.js";
import { applyHeaderRules, HeaderRule, type HeaderRuleConfig } from "../formatter/header-rule.js";
import type { LogContext } from "../formatter/log-context.js";
import { compileFormat, type SubstitutionFormat } from "../formatter/substitution-format.js";
import type { HeaderMap } from "../headers/header-map.js";

/** How local replies look (`HttpConnectionManager.local_reply_config`). Plain frozen data. */
export interface LocalReplyConfig {
  /** The first one whose filter lets the reply pass counts. */
  readonly mappers: readonly ReplyMapperConfig[];
  /** Null leaves bodies as they are. */
  readonly bodyFormat: ReplyBodyFormatConfig | null;
}

export interface ReplyMapperConfig {
  readonly filter: AccessLogFilterConfig;
  /** 200 to 599; 0 keeps the status. */
  readonly status: number;
  /** A string of bytes; null keeps the body. */
  readonly body: string | null;
  readonly bodyFormat: ReplyBodyFormatConfig | null;
  readonly headers: readonly HeaderRuleConfig[];
}

/** A stream whose reply is rewritten: what formats and filters read follows what is done. */
export interface LocalReplyContext extends LogContext {
  localReplyBody: string;
}

/** Changes status, headers and bodies of local replies. One for all streams of a connection manager. */
export class LocalReplyRewriter {
  private readonly mappers: readonly ReplyMapper[];
  private readonly bodyFormat: ReplyBodyFormat | null;

  // control plane: once for a connection manager
  constructor(config: LocalReplyConfig, random: RandomSource) {
    this.mappers = config.mappers.map((mapper) => new ReplyMapper(mapper, random));
    this.bodyFormat = config.bodyFormat === null ? null : new ReplyBodyFormat(config.bodyFormat);
  }

  /**
   * Rewrites the headers of a reply and `context.localReplyBody`.
   * @param headers those of the reply, which `context` shows as the response's
   * @returns the type of the body that a format has made; empty when none has
   */
  rewrite(headers: HeaderMap, context: LocalReplyContext): string {
    let format = this.bodyFormat;
    for (let i = 0; i < this.mappers.length; i++) {
      const mapper = this.mappers[i] as ReplyMapper;
      if (!mapper.matches(context)) continue;
      mapper.rewrite(headers, context);
      format = mapper.bodyFormat ?? format;
      break;
    }
    if (format === null) return "";
    context.localReplyBody = format.format.formatText(context);
    return format.contentType;
  }
}

class ReplyMapper {
  readonly bodyFormat: ReplyBodyFormat | null;
  private readonly filter: AccessLogFilter;
  private readonly status: number;
  private readonly body: string | null;
  private readonly headers: readonly HeaderRule[];

  // control plane: once for a connection manager
  constructor(config: ReplyMapperConfig, random: RandomSource) {
    this.filter = compileFilter(config.filter, random);
    this.status = config.status;
    this.body = config.body;
    this.bodyFormat = config.bodyFormat === null ? null : new ReplyBodyFormat(config.bodyFormat);
    this.headers = config.headers.map((rule) => new HeaderRule(rule));
  }

  matches(context: LogContext): boolean {
    return this.filter.evaluate(context);
  }

  rewrite(headers: HeaderMap, context: LocalReplyContext): void {
    if (this.body !== null) context.localReplyBody = this.body;
    applyHeaderRules(this.headers, headers, context);
    if (this.status === 0) return;
    headers.status = this.status;
    context.streamInfo.responseCode = this.status;
  }
}

class ReplyBodyFormat {
  readonly format: SubstitutionFormat;
  readonly contentType: string;

  constructor(config: ReplyBodyFormatConfig) {
    this.format = compileFormat(config.format);
    this.contentType = config.contentType;
  }
}
