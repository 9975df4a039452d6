/** West, south, east, north, in degrees. */
export type Bbox = readonly [number, number, number, number];

/** Reads what `join(",")` wrote; null if it is no box on earth. */
export function parseBbox(text: string): Bbox | null {
  if (!/^-?\d{1,3}(\.\d{1,7})?(,-?\d{1,3}(\.\d{1,7})?){3}$/.test(text)) return null;
  const [west = 0, south = 0, east = 0, north = 0] = text.split(",").map(Number);
  const isOnEarth = west >= -180 && east <= 180 && south >= -90 && north <= 90;
  return isOnEarth && west < east && south < north ? [west, south, east, north] : null;
}

/**
 * The box, made larger to the next lines of a grid with about eight cells across it.
 *
 * Small moves of a map stay within the same box, so that its answer can be kept and used again.
 */
export function onGrid(box: Bbox): Bbox {
  const [west, south, east, north] = box;
  const cell = 2 ** Math.ceil(Math.log2(Math.max(east - west, north - south) / 8));
  const down = (degrees: number) => round(Math.floor(degrees / cell) * cell);
  const up = (degrees: number) => round(Math.ceil(degrees / cell) * cell);
  return [Math.max(-180, down(west)), Math.max(-90, down(south)), Math.min(180, up(east)), Math.min(90, up(north))];
}

/** The box as an address shows it: to about ten metres. */
export function short(box: Bbox): Bbox {
  const [west, south, east, north] = box;
  const digits = (degrees: number) => Math.round(degrees * 10_000) / 10_000;
  return [digits(west), digits(south), digits(east), digits(north)];
}

/** The smallest box around some places, or null if there are none. */
export function around(places: readonly { latitude: number; longitude: number }[]): Bbox | null {
  if (places.length === 0) return null;
  const latitudes = places.map((place) => place.latitude);
  const longitudes = places.map((place) => place.longitude);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

function round(degrees: number): number {
  return Math.round(degrees * 10_000_000) / 10_000_000;
}
