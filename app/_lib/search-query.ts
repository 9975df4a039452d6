import type { components } from "@/app/_lib/schema";
import {
  apiParams,
  hrefOf,
  one,
  parseShopQuery,
  type SearchParams,
  type ShopQuery,
  shopParams,
} from "@/app/_lib/shop-query";

export type Span = Pick<components["schemas"]["Span"], "start" | "end">;

/** What a search's address says. */
export type SearchQuery = {
  /** In the visitor's own words. */
  text: string;
  /** Whether places named in the words are only words. */
  ignoresAreas: boolean;
  /** Whether times named in the words are only words. */
  ignoresTimes: boolean;
  /** Whether the mood that the words suggest does not count. */
  ignoresMode: boolean;
  filters: ShopQuery;
};

/** What the API takes. */
export const TEXT_AT_MOST = 500;

export function parseSearchQuery(params: SearchParams): SearchQuery {
  return {
    text: one(params, "text", Number.POSITIVE_INFINITY),
    ignoresAreas: one(params, "areas") === "ignore",
    ignoresTimes: one(params, "times") === "ignore",
    ignoresMode: one(params, "modes") === "ignore",
    // A search has its own order.
    filters: { ...parseShopQuery(params), order: null },
  };
}

/** What stands in the page's address. */
export function searchParams(query: SearchQuery): [string, string][] {
  return [...ownParams(query), ...shopParams(query.filters)];
}

/** Where a search is shown. One that has lost its last words goes on in the directory, if anything else is set. */
export function searchHref(path: string, query: SearchQuery): string {
  const set = shopParams(query.filters);
  return query.text === "" && set.length > 0 ? hrefOf("/shops", set) : hrefOf(path, searchParams(query));
}

/** What the API is asked. */
export function searchApiParams(query: SearchQuery): [string, string][] {
  return [...ownParams(query), ...apiParams(query.filters)];
}

function ownParams(query: SearchQuery): [string, string][] {
  const params: [string, string][] = [
    ["text", query.text],
    ["areas", query.ignoresAreas ? "ignore" : ""],
    ["times", query.ignoresTimes ? "ignore" : ""],
    ["modes", query.ignoresMode ? "ignore" : ""],
  ];
  return params.filter(([, value]) => value !== "");
}

// 和 is a part of names as well: 和平東路, 和美, 和風; 中和, 永和.
const LOOSE_START = /^(?:[\s、，,。.;；與及或]|和(?![平美風])|(?:and|or|but|with)\s)+/iu;
const LOOSE_END = /(?:[\s、，,；;與及或]|(?<![中永])和|\s(?:and|or|but|with)(?=\s|$))+$/iu;

/**
 * The text without some of its words, and without the comma, blank or "and" that would be left over where they stood.
 *
 * Spans count code points, as the API does: an emoji before the words does not shift them.
 */
export function withoutSpans(text: string, spans: readonly Span[]): string {
  const signs = [...text];
  const isCut = (index: number) => spans.some(({ start, end }) => start <= index && index < end);
  const rest = signs
    .filter((_, index) => !isCut(index))
    .join("")
    .replace(/([、，,；;])\s*[、，,；;]+/gu, "$1")
    .replace(/\s+/gu, " ")
    .trim();
  const begun = isCut(0) ? rest.replace(LOOSE_START, "") : rest;
  return isCut(signs.length - 1) ? begun.replace(LOOSE_END, "") : begun;
}
