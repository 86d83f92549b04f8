import type { Locality as LocalityMessage } from "../gen/envoy/config/core/v3/base_pb.js";
import { type Locality, NO_LOCALITY } from "../upstream/locality.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const LOCALITY_FIELDS: MessageTable = implemented<LocalityMessage>("envoy.config.core.v3.Locality", {
  region: true,
  zone: true,
  sub_zone: true,
});

export function convertLocality(message: LocalityMessage | undefined): Locality {
  if (message === undefined) return NO_LOCALITY;
  return { region: message.region, zone: message.zone, subZone: message.subZone };
}
