import type { HeaderMap } from "./header-map.js";

/** True for a request that expects its answer in gRPC's form. */
export function isGrpcRequest(headers: HeaderMap | null): boolean {
  const contentType = headers?.get("content-type") ?? null;
  if (contentType === null || !contentType.startsWith("application/grpc")) return false;
  return contentType.length === 16 || contentType[16] === "+" || contentType[16] === ";";
}
