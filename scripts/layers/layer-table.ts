/*
 * Who may know whom: the layers of the architecture, lowest first. A folder imports from itself and from what stands
 * above it in this table. Folders in one row do not know each other; rows of one layer stand in order.
 */
const LAYERS: readonly (readonly (readonly string[])[])[] = [
  [["common"]],
  [["matching"], ["event", "stats", "stream-info", "flow"], ["overload"]],
  [["network"]],
  [["http/headers"], ["http/codec"]],
  [["upstream"]],
  [["http/formatter"], ["route", "http/access-log"], ["http/filter"], ["http/conn-manager"]],
  [["http/filters/*"]],
  [["config"], ["xds"]],
  [["server"], ["cli"]],
];

/** What only the translation of configuration may touch. */
export const GENERATED_FOLDER = "gen";
export const GENERATED_READERS: readonly string[] = ["config", "xds"];

/** The slow side of the hot upstream folder: it may look at the hot side, never the other way round. */
export const SLOW_UPSTREAM = /^src\/upstream\/(discovery|health-check|outlier-detection)\//;

/** Files directly in src/ are the public API, which may show everything. */
const PUBLIC_API = "";

interface Place {
  readonly layer: number;
  /** Orders all rows of the table. */
  readonly rank: number;
}

const PLACES = placesOf(LAYERS);
const PUBLIC_API_PLACE: Place = { layer: LAYERS.length, rank: Number.MAX_SAFE_INTEGER };

/** The unit of layering that a file below src/ belongs to: `network`, `http/codec`, `http/filters/cors`. */
export function unitOf(path: string): string {
  const folders = path.split("/").slice(1, -1);
  if (folders.length === 0) return PUBLIC_API;
  if (folders[0] !== "http") return folders[0] as string;
  return folders.slice(0, folders[1] === "filters" ? 3 : 2).join("/");
}

/** Where a unit stands; null if the table does not know it. */
export function placeOf(unit: string): Place | null {
  if (unit === PUBLIC_API) return PUBLIC_API_PLACE;
  return PLACES.get(unit.replace(/^http\/filters\/.*/, "http/filters/*")) ?? null;
}

function placesOf(layers: typeof LAYERS): Map<string, Place> {
  const places = new Map<string, Place>();
  let rank = 0;
  for (const [layer, rows] of layers.entries()) {
    for (const row of rows) {
      for (const unit of row) places.set(unit, { layer, rank });
      rank++;
    }
  }
  return places;
}
