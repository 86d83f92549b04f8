import type { StringMatcher } from "../../../matching/string-matcher.js";
import type { HeaderCaseConfig } from "../../headers/header-case.js";
import type { Http1CodecStats } from "./codec-stats.js";

/** What happens to a field whose name has an underscore (`headers_with_underscores_action`). */
export type UnderscoresAction = "allow" | "reject" | "drop";

/** What a parser accepts and how much of it a peer may make us hold at once. Plain data. */
export interface ParserSettings {
  /** Bytes of a head with the empty lines or interim responses before it, and of a trailer section. */
  readonly maxHeadBytes: number;
  readonly maxFields: number;
  readonly underscores: UnderscoresAction;
  /** Where that is counted; null where nobody looks. */
  readonly stats: Http1CodecStats | null;
  /** `content-length` beside `transfer-encoding: chunked` is dropped, not refused (`allow_chunked_length`). */
  readonly allowChunkedLength: boolean;
  /** Requests: the absolute form becomes path and authority; otherwise it is the path (`allow_absolute_url`). */
  readonly allowAbsoluteUrl: boolean;
  /** Requests: an absolute form may say `https`, because the connection is encrypted or the scheme is overwritten. */
  readonly allowHttpsTarget: boolean;
  /** Requests: protocols that are asked for in vain, as if they had not been (`ignore_http_11_upgrade`); null for none. */
  readonly ignoredUpgrades: readonly StringMatcher[] | null;
  /** Names of fields in other than lower case; null for that. Of both what is read and what is written on this side. */
  readonly headerCase: HeaderCaseConfig | null;
}

/** Envoy's defaults. */
export const DEFAULT_PARSER_SETTINGS: ParserSettings = Object.freeze({
  maxHeadBytes: 60 * 1024,
  maxFields: 100,
  underscores: "allow",
  stats: null,
  allowChunkedLength: false,
  allowAbsoluteUrl: true,
  allowHttpsTarget: false,
  ignoredUpgrades: null,
  headerCase: null,
});
