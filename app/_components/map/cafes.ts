import type { Feature, FeatureCollection, Point } from "geojson";

import type { Shop } from "@/app/_components/shop-card";

/** A café on the map. `rank` is its place in a ranked list. */
export type MapCafe = {
  id: string;
  name: string;
  city: string;
  district: string;
  latitude: number;
  longitude: number;
  isOpenNow: boolean | null;
  nextChangeAt: string | null;
  rank?: number;
};

/** So many cafés somewhere, where there are too many to show each. */
export type MapCount = { name: string; latitude: number; longitude: number; count: number };

/** What the map needs to know of a café. */
export function mapCafe(shop: Shop, rank?: number): MapCafe {
  return {
    id: shop.id,
    name: shop.name,
    city: shop.city,
    district: shop.district,
    latitude: shop.latitude,
    longitude: shop.longitude,
    isOpenNow: shop.is_open_now,
    nextChangeAt: shop.next_change_at,
    ...(rank === undefined ? {} : { rank }),
  };
}

/** The map's source of cafés. Each feature says in `count` how many cafés it stands for, so that clusters can add up. */
export function sourceOf(cafes: readonly MapCafe[], counts: readonly MapCount[] = []): FeatureCollection<Point> {
  const point = (place: { longitude: number; latitude: number }, properties: object): Feature<Point> => ({
    type: "Feature",
    properties,
    geometry: { type: "Point", coordinates: [place.longitude, place.latitude] },
  });
  return {
    type: "FeatureCollection",
    features: [
      ...cafes.map((cafe) => point(cafe, { ...cafe, count: 1 })),
      ...counts.map(({ name, count, ...place }) => point(place, { name, count })),
    ],
  };
}

type Spot = { x: number; y: number };
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;

/** The spot that an arrow key leads to from `from`: near, and rather ahead than aside. Null if nothing lies there. */
export function nextSpot<T extends Spot>(from: Spot, key: string, spots: readonly T[]): T | null {
  if (!Object.hasOwn(DIRECTIONS, key)) return null;
  const [dx, dy] = DIRECTIONS[key as keyof typeof DIRECTIONS];
  let best: { spot: T; cost: number } | null = null;
  for (const spot of spots) {
    const ahead = (spot.x - from.x) * dx + (spot.y - from.y) * dy;
    const aside = Math.abs((spot.x - from.x) * dy) + Math.abs((spot.y - from.y) * dx);
    if (ahead <= 0 || aside > ahead * 2) continue;
    const cost = ahead + 2 * aside;
    if (best === null || cost < best.cost) best = { spot, cost };
  }
  return best?.spot ?? null;
}
