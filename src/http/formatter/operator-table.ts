import { SystemRandom } from "../../common/system-random.js";
import { ABSENT_OPERATORS } from "./absent-operators.js";
import { ADDRESSES, AddressWithoutPortOperator, PortOperator } from "./address-operators.js";
import { ATTEMPT_TEXTS, AttemptsOperator } from "./attempt-operators.js";
import { utf8Bytes } from "./byte-text.js";
import {
  AccessLogTypeOperator,
  HeaderBytesOperator,
  LocalReplyBodyOperator,
  StreamIdOperator,
  UniqueIdOperator,
} from "./context-operators.js";
import { DurationOperator, intervalOperator, parseCommonDuration, poolReadyOperator } from "./duration-operators.js";
import { parseFilterState } from "./filter-state-operator.js";
import { GrpcStatusOperator, parseGrpcStatusStyle } from "./grpc-status-operator.js";
import { RequestHeaderOperator, ResponseHeaderOperator, ResponseTrailerOperator } from "./header-operators.js";
import { metadataParser, parseMetadata } from "./metadata-operators.js";
import { ConstantOperator, type FormatHost, type Operator, truncate } from "./operator.js";
import { parsePathOperator, parsePathWithoutQuery, QueryParamOperator, QueryParamsOperator } from "./path-operators.js";
import { RequestedServerNameOperator } from "./requested-server-name-operator.js";
import {
  NUMBER_FACTS,
  NumberFactOperator,
  ResponseCodeDetailsOperator,
  TEXT_FACTS,
  TextFactOperator,
} from "./stream-info-operators.js";
import { EmitTimeOperator, StartTimeOperator } from "./time-operators.js";
import { WIRE_BYTE_FACTS } from "./wire-byte-facts.js";

/** What may stand behind an operator's name, and what it compiles to. */
export interface OperatorSyntax {
  readonly params: "none" | "optional" | "required";
  /** A `:Z` may follow. */
  readonly limit: boolean;
  /** @param params between the parentheses, empty when there are none. */
  build(params: string, limit: number, host: FormatHost): Operator;
}

const ABSENT = new ConstantOperator(null);

/** Operators by name. Those of one kind are added below from the tables of their facts. */
export const OPERATORS: ReadonlyMap<string, OperatorSyntax> = allOperators();

function allOperators(): Map<string, OperatorSyntax> {
  const table = new Map<string, OperatorSyntax>();
  addHeaderOperators(table);
  addTimeOperators(table);
  addAddressOperators(table);
  addContextOperators(table);
  for (const name of ABSENT_OPERATORS) table.set(name, { params: "optional", limit: true, build: () => ABSENT });
  for (const [name, textOf] of Object.entries(ATTEMPT_TEXTS)) table.set(name, plain(new AttemptsOperator(textOf)));
  for (const [name, read] of Object.entries(TEXT_FACTS)) table.set(name, plain(new TextFactOperator(read)));
  for (const [name, read] of WIRE_BYTE_FACTS) table.set(name, plain(new NumberFactOperator(read)));
  for (const [name, read] of Object.entries(NUMBER_FACTS)) table.set(name, plain(new NumberFactOperator(read)));
  return table;
}

function addHeaderOperators(table: Map<string, OperatorSyntax>): void {
  for (const name of ["REQ", "REQUEST_HEADER"]) {
    table.set(
      name,
      field((params, limit) => new RequestHeaderOperator(params, limit)),
    );
  }
  for (const name of ["RESP", "RESPONSE_HEADER"]) {
    table.set(
      name,
      field((params, limit) => new ResponseHeaderOperator(params, limit)),
    );
  }
  for (const name of ["TRAILER", "RESPONSE_TRAILER"]) {
    table.set(
      name,
      field((params, limit) => new ResponseTrailerOperator(params, limit)),
    );
  }
  table.set("REQ_WITHOUT_QUERY", field(parsePathWithoutQuery));
  table.set(
    "QUERY_PARAM",
    field((params, limit) => new QueryParamOperator(params, limit)),
  );
  table.set("QUERY_PARAMS", {
    params: "optional",
    limit: true,
    build: (params, limit) => new QueryParamsOperator(params, limit),
  });
  table.set("PATH", { params: "optional", limit: true, build: parsePathOperator });
  table.set(
    "GRPC_STATUS",
    optional((params) => new GrpcStatusOperator(parseGrpcStatusStyle(params))),
  );
  table.set("GRPC_STATUS_NUMBER", plain(new GrpcStatusOperator("NUMBER")));
}

function addTimeOperators(table: Map<string, OperatorSyntax>): void {
  table.set(
    "START_TIME",
    optional((params) => new StartTimeOperator(params, false)),
  );
  table.set(
    "START_TIME_LOCAL",
    optional((params) => new StartTimeOperator(params, true)),
  );
  table.set(
    "EMIT_TIME",
    optional((params) => new EmitTimeOperator(params, false)),
  );
  table.set(
    "EMIT_TIME_LOCAL",
    optional((params) => new EmitTimeOperator(params, true)),
  );
  table.set("DURATION", plain(new DurationOperator()));
  table.set("REQUEST_DURATION", plain(intervalOperator("DS_RX_BEG", "DS_RX_END")));
  table.set("REQUEST_TX_DURATION", plain(intervalOperator("DS_RX_BEG", "US_TX_END")));
  table.set("RESPONSE_DURATION", plain(intervalOperator("DS_RX_BEG", "US_RX_BEG")));
  table.set("RESPONSE_TX_DURATION", plain(intervalOperator("US_RX_BEG", "DS_TX_END")));
  table.set("UPSTREAM_CONNECTION_POOL_READY_DURATION", plain(poolReadyOperator()));
  table.set("COMMON_DURATION", { params: "required", limit: false, build: parseCommonDuration });
  // What Envoy, too, has only for QUIC and for TCP.
  table.set("ROUNDTRIP_DURATION", plain(new ConstantOperator(null)));
  table.set("DOWNSTREAM_HANDSHAKE_DURATION", plain(new ConstantOperator(null)));
}

function addAddressOperators(table: Map<string, OperatorSyntax>): void {
  for (const [name, read] of Object.entries(ADDRESSES)) {
    table.set(`${name}_ADDRESS`, plain(new TextFactOperator(read)));
    table.set(
      `${name}_ADDRESS_WITHOUT_PORT`,
      optional((params) => new AddressWithoutPortOperator(read, params)),
    );
    table.set(`${name}_PORT`, plain(new PortOperator(read)));
  }
  table.set(
    "REQUESTED_SERVER_NAME",
    optional((params) => new RequestedServerNameOperator(params)),
  );
}

function addContextOperators(table: Map<string, OperatorSyntax>): void {
  table.set(
    "RESPONSE_CODE_DETAILS",
    optional((params) => new ResponseCodeDetailsOperator(params)),
  );
  table.set("REQUEST_HEADERS_BYTES", plain(new HeaderBytesOperator("requestHeaders")));
  table.set("RESPONSE_HEADERS_BYTES", plain(new HeaderBytesOperator("responseHeaders")));
  table.set("RESPONSE_TRAILERS_BYTES", plain(new HeaderBytesOperator("responseTrailers")));
  table.set("STREAM_ID", plain(new StreamIdOperator()));
  table.set("UNIQUE_ID", plain(new UniqueIdOperator(new SystemRandom())));
  table.set("DYNAMIC_METADATA", field(metadataParser("DYNAMIC")));
  table.set("CLUSTER_METADATA", field(metadataParser("CLUSTER")));
  table.set("UPSTREAM_METADATA", field(metadataParser("UPSTREAM_HOST")));
  table.set("METADATA", field(parseMetadata));
  table.set("FILTER_STATE", field(parseFilterState));
  table.set("LOCAL_REPLY_BODY", plain(new LocalReplyBodyOperator()));
  table.set("ACCESS_LOG_TYPE", plain(new AccessLogTypeOperator()));
  table.set("HOSTNAME", { params: "none", limit: false, build: (_params, _limit, host) => hostName(host) });
  table.set("ENVIRONMENT", { params: "required", limit: true, build: environmentVariable });
  // Retransmissions are known of QUIC only, and only listener logs know of failed handshakes.
  table.set("BYTES_RETRANSMITTED", plain(new ConstantOperator("0", true)));
  table.set("PACKETS_RETRANSMITTED", plain(new ConstantOperator("0", true)));
  table.set("DOWNSTREAM_TRANSPORT_FAILURE_REASON", plain(new ConstantOperator(null)));
}

/** Without parameters: one object serves every format. */
function plain(operator: Operator): OperatorSyntax {
  return { params: "none", limit: false, build: () => operator };
}

function optional(build: (params: string) => Operator): OperatorSyntax {
  return { params: "optional", limit: false, build };
}

function field(build: (params: string, limit: number) => Operator): OperatorSyntax {
  return { params: "required", limit: true, build };
}

function hostName(host: FormatHost): ConstantOperator {
  return new ConstantOperator(host.hostname === "" ? null : utf8Bytes(host.hostname));
}

function environmentVariable(name: string, limit: number, host: FormatHost): ConstantOperator {
  const value = host.environment[name];
  return new ConstantOperator(value === undefined ? null : truncate(utf8Bytes(value), limit));
}
