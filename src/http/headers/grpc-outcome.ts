import type { HeaderMap } from "./header-map.js";

/** HTTP statuses of the gRPC statuses 0 to 16, as Envoy counts them. */
const HTTP_STATUSES: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];
const UNKNOWN = 500;

/**
 * How a response counts for its host: by its HTTP status, or for gRPC, which reports failures under 200, by the
 * `grpc-status` of its head.
 */
export function outcomeStatus(headers: HeaderMap): number {
  if (headers.status !== 200) return headers.status;
  const status = headers.get("grpc-status");
  return status === null ? headers.status : httpStatusOf(status);
}

/** Whether a gRPC call has succeeded, or failed in a way that its caller is to blame for, by its last head or its trailers. */
export function isGrpcSuccess(headers: HeaderMap): boolean {
  const status = headers.get("grpc-status");
  return status !== null && status !== "" && httpStatusOf(status) < 500;
}

function httpStatusOf(grpcStatus: string): number {
  return HTTP_STATUSES[Number(grpcStatus)] ?? UNKNOWN;
}
