import type { components } from "@/app/_lib/schema";
import { type SearchQuery, withoutSpan } from "@/app/_lib/search-query";

type Understood = components["schemas"]["Understood"];

/** Something that a text was understood to say; `without` is the search that does not say it, where there is one. */
export type Part = { without: SearchQuery | null } & (
  | { kind: "wanted" | "avoided"; tag: { id: string; label: string; label_zh: string } }
  | { kind: "area"; areas: readonly { city: string; district: string }[]; excluded: boolean }
  | { kind: "time"; openAt: string }
  | { kind: "mode"; mode: components["schemas"]["ModeEnum"] }
);

/**
 * What was understood, in the order where, when, what for, with, without.
 *
 * Tags go by cutting their words out of the text, places and times by being told not to filter: their words may mean
 * something as well. A tag that is only implied by one that is avoided goes with that.
 */
export function partsOf(understood: Understood, query: SearchQuery): Part[] {
  const cut = (wish: Understood["wanted"][number]): SearchQuery => ({
    ...query,
    text: withoutSpan(query.text, wish.query_span),
  });
  const { areas, time, mode, wanted, avoided } = understood;
  return [
    ...areas
      .filter((wish) => wish.applied)
      .map((wish): Part => ({ kind: "area", ...wish, without: { ...query, ignoresAreas: true } })),
    ...(time?.applied
      ? [{ kind: "time", openAt: time.open_at, without: { ...query, ignoresTimes: true } } satisfies Part]
      : []),
    ...(mode && query.filters.mode === null ? [{ kind: "mode", mode, without: null } satisfies Part] : []),
    ...wanted.filter((wish) => !wish.implied).map((tag): Part => ({ kind: "wanted", tag, without: cut(tag) })),
    ...avoided.map((tag): Part => ({ kind: "avoided", tag, without: cut(tag) })),
  ];
}
