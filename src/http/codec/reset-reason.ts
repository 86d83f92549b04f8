/** Why a stream ended before it was complete. The texts are Envoy's, as they stand in bodies and details. */
export type ResetReason =
  | "local reset"
  | "remote reset"
  | "local connection failure"
  | "remote connection failure"
  | "connection timeout"
  | "connection termination"
  | "overflow"
  | "protocol error";
