/** Where a host or a proxy is (`envoy.config.core.v3.Locality`). Empty texts where nothing is said. */
export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export const NO_LOCALITY: Locality = Object.freeze({ region: "", zone: "", subZone: "" });

/** The same for equal localities, and in the order that localities are listed in. */
export function localityKey({ region, zone, subZone }: Locality): string {
  return `${region}\n${zone}\n${subZone}`;
}

export function isSomewhere({ region, zone, subZone }: Locality): boolean {
  return region !== "" || zone !== "" || subZone !== "";
}
