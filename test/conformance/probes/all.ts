import type { ProbeGroup } from "../probe.js";
import { connections } from "./connections.js";
import { hopByHop } from "./hop-by-hop.js";
import { requestFraming } from "./request-framing.js";
import { requestHead } from "./request-head.js";
import { responses } from "./responses.js";

export const PROBE_GROUPS: readonly ProbeGroup[] = [
  ...hopByHop,
  ...requestHead,
  ...requestFraming,
  ...responses,
  ...connections,
];
