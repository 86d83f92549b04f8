import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

/** Status names by number: as in the gRPC libraries, and as in the specification. */
const STATUS_NAMES = [
  ["OK", "OK"],
  ["Canceled", "CANCELLED"],
  ["Unknown", "UNKNOWN"],
  ["InvalidArgument", "INVALID_ARGUMENT"],
  ["DeadlineExceeded", "DEADLINE_EXCEEDED"],
  ["NotFound", "NOT_FOUND"],
  ["AlreadyExists", "ALREADY_EXISTS"],
  ["PermissionDenied", "PERMISSION_DENIED"],
  ["ResourceExhausted", "RESOURCE_EXHAUSTED"],
  ["FailedPrecondition", "FAILED_PRECONDITION"],
  ["Aborted", "ABORTED"],
  ["OutOfRange", "OUT_OF_RANGE"],
  ["Unimplemented", "UNIMPLEMENTED"],
  ["Internal", "INTERNAL"],
  ["Unavailable", "UNAVAILABLE"],
  ["DataLoss", "DATA_LOSS"],
  ["Unauthenticated", "UNAUTHENTICATED"],
] as const;

/** The status that a response without `grpc-status` stands for (gRPC's HTTP mapping); anything else is 2, unknown. */
const STATUS_OF_HTTP: ReadonlyMap<number, number> = new Map([
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [502, 14],
  [503, 14],
  [504, 14],
]);

const STATUS_NUMBER = /^\d{1,9}$/;

/** What Envoy prints for a `grpc-status` that is not a number. */
const INVALID_STATUS = -1;

export type GrpcStatusStyle = "CAMEL_STRING" | "SNAKE_STRING" | "NUMBER";

const STYLES: readonly GrpcStatusStyle[] = ["CAMEL_STRING", "SNAKE_STRING", "NUMBER"];

/** `%GRPC_STATUS(X)%`, `%GRPC_STATUS_NUMBER%`; absent unless the request is gRPC. */
export class GrpcStatusOperator implements Operator {
  readonly numeric: boolean;
  private readonly style: GrpcStatusStyle;

  constructor(style: GrpcStatusStyle) {
    this.style = style;
    this.numeric = style === "NUMBER";
  }

  format(context: LogContext): string | null {
    if (!isGrpc(context.requestHeaders.get("content-type"))) return null;
    const status = grpcStatusOf(context);
    if (status === null) return null;
    const names = this.style === "NUMBER" ? undefined : STATUS_NAMES[status];
    if (names === undefined) return String(status);
    return this.style === "CAMEL_STRING" ? names[0] : names[1];
  }
}

// control plane: runs when a format is compiled
export function parseGrpcStatusStyle(params: string): GrpcStatusStyle {
  if (params === "") return "CAMEL_STRING";
  const style = STYLES.find((name) => name === params);
  if (style === undefined) {
    throw new FormatError(`${JSON.stringify(params)} is not CAMEL_STRING, SNAKE_STRING or NUMBER`, 0);
  }
  return style;
}

/** Trailers, then headers (a trailers-only response), then what the HTTP status means; null without any. */
export function grpcStatusOf(context: LogContext): number | null {
  const field = context.responseTrailers?.get("grpc-status") ?? context.responseHeaders?.get("grpc-status") ?? null;
  if (field !== null) return STATUS_NUMBER.test(field) ? Number(field) : INVALID_STATUS;
  const code = context.streamInfo.responseCode;
  return code === 0 ? null : (STATUS_OF_HTTP.get(code) ?? 2);
}

function isGrpc(contentType: string | null): boolean {
  return contentType !== null && (contentType === "application/grpc" || contentType.startsWith("application/grpc+"));
}
