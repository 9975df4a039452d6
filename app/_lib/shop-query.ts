import type { Bbox } from "@/app/_lib/bbox";
import { parseBbox } from "@/app/_lib/bbox";

/** What people want of a café. */
export const MODES = ["work", "rest", "social"] as const;
export type Mode = (typeof MODES)[number];
/** How the directory can be sorted; by distance only from somewhere. */
export const ORDERS = ["name", "rating", "distance"] as const;
export type Order = (typeof ORDERS)[number];

/** What a page's address says about which cafés are wanted. Empty strings and null: not said. */
export type ShopQuery = {
  city: string;
  district: string;
  tags: readonly string[];
  mode: Mode | null;
  openNow: boolean;
  q: string;
  order: Order | null;
  /** "latitude,longitude" */
  near: string;
  bbox: Bbox | null;
};

/** What Next hands to a page. */
export type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

const NEAR = /^-?\d{1,2}(\.\d{1,7})?,-?\d{1,3}(\.\d{1,7})?$/;
const TAG = /^[a-z0-9_]{1,60}$/;
const TAGS_AT_MOST = 20;

/** Reads an address. What the API would refuse is as good as not said: somebody typed it, or it is old. */
export function parseShopQuery(params: SearchParams): ShopQuery {
  const near = one(params, "near");
  const city = one(params, "city", 20);
  const order = ORDERS.find((name) => name === one(params, "order")) ?? null;
  return {
    city,
    district: one(params, "district", 20),
    tags: [...new Set(many(params, "tag").filter((tag) => TAG.test(tag)))].slice(0, TAGS_AT_MOST),
    mode: MODES.find((name) => name === one(params, "mode")) ?? null,
    openNow: one(params, "open_now") === "true",
    q: one(params, "q", 100),
    order: order === "distance" && !NEAR.test(near) ? null : order,
    near: NEAR.test(near) ? near : "",
    bbox: parseBbox(one(params, "bbox")),
  };
}

/** The same as the API takes it, in an order that is always the same; also what stands in the page's address. */
export function shopParams(query: ShopQuery): [string, string][] {
  return [
    ["city", query.city],
    ["district", query.district],
    ...query.tags.map((tag): [string, string] => ["tag", tag]),
    ["mode", query.mode ?? ""],
    ["open_now", query.openNow ? "true" : ""],
    ["q", query.q],
    ["order", query.order ?? ""],
    ["near", query.near],
    ["bbox", query.bbox?.join(",") ?? ""],
  ].filter((pair): pair is [string, string] => pair[1] !== "");
}

/** How far "near me" reaches, in metres: a walk, or two stops. */
const NEAR_RADIUS_M = 3000;

/** `shopParams` with what only the API is told. */
export function apiParams(query: ShopQuery): [string, string][] {
  const params = shopParams(query);
  return query.near === "" ? params : [...params, ["radius_m", String(NEAR_RADIUS_M)]];
}

/** An address of this site, without a language. */
export function hrefOf(path: string, params: readonly (readonly [string, string])[]): string {
  const search = new URLSearchParams(params.map(([name, value]) => [name, value])).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** Something that is set and can be taken off again; `without` is the query afterwards. */
export type ShopChip = { kind: ChipKind; value: string; without: ShopQuery };
/** What a chip takes off. */
export type ChipKind = "city" | "district" | "tag" | "mode" | "openNow" | "q" | "near" | "bbox";

/** All that is set, in the order in which people think of it. A city takes its district along. */
export function shopChips(query: ShopQuery): ShopChip[] {
  const chips: ShopChip[] = [];
  const add = (kind: ChipKind, value: string, change: Partial<ShopQuery>) => {
    if (value !== "") chips.push({ kind, value, without: { ...query, ...change } });
  };
  add("q", query.q, { q: "" });
  add("near", query.near, { near: "", order: query.order === "distance" ? null : query.order });
  add("bbox", query.bbox?.join(",") ?? "", { bbox: null });
  add("city", query.city, { city: "", district: "" });
  add("district", query.district, { district: "" });
  add("mode", query.mode ?? "", { mode: null });
  add("openNow", query.openNow ? "true" : "", { openNow: false });
  for (const tag of query.tags) add("tag", tag, { tags: query.tags.filter((other) => other !== tag) });
  return chips;
}

/** The only or first value of a parameter, trimmed; empty if it is not there or longer than `atMost`. */
export function one(params: SearchParams, name: string, atMost = 200): string {
  const value = (many(params, name)[0] ?? "").replaceAll("\0", "").trim();
  return [...value].length > atMost ? "" : value;
}

function many(params: SearchParams, name: string): string[] {
  const value = params[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
