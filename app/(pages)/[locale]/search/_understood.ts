import type { components } from "@/app/_lib/schema";
import { type SearchQuery, withoutSpan } from "@/app/_lib/search-query";

type Understood = components["schemas"]["Understood"];

/** Something that a text was understood to say; `without` is the search that does not say it. */
export type Part = { without: SearchQuery } & (
  | { kind: "wanted" | "avoided"; tag: { id: string; label: string; label_zh: string } }
  | { kind: "area"; areas: readonly { city: string; district: string }[]; excluded: boolean }
  | { kind: "time"; openAt: string }
  | { kind: "mode"; mode: components["schemas"]["ModeEnum"] }
);

/**
 * What was understood, in the order where, when, what for, with, without.
 *
 * Tags go by cutting their words out of the text, places, times and the mood by being told not to count: their words may
 * mean something as well. A tag that is only implied by one that is avoided goes with that.
 */
export function partsOf(understood: Understood, query: SearchQuery): Part[] {
  const cut = (wish: Understood["wanted"][number]): SearchQuery => ({
    ...query,
    text: withoutSpan(query.text, wish.query_span),
  });
  const { areas, time, mode, mode_applied, wanted, avoided } = understood;
  return [
    ...areas
      .filter((wish) => wish.applied)
      .map((wish): Part => ({ kind: "area", ...wish, without: { ...query, ignoresAreas: true } })),
    ...(time?.applied
      ? [{ kind: "time", openAt: time.open_at, without: { ...query, ignoresTimes: true } } satisfies Part]
      : []),
    ...(mode && mode_applied ? [{ kind: "mode", mode, without: { ...query, ignoresMode: true } } satisfies Part] : []),
    ...wanted.filter((wish) => !wish.implied).map((tag): Part => ({ kind: "wanted", tag, without: cut(tag) })),
    ...avoided.map((tag): Part => ({ kind: "avoided", tag, without: cut(tag) })),
  ];
}

/** Whether cafés are left out for it. All else only ranks them. */
export function hides({ kind }: Part): boolean {
  return kind === "area" || kind === "time";
}

/** Something that a text says and that does not count, as the search asks; `without` is the search in which it does. */
export type Ignored = { what: "areas" | "times" | "mode"; without: SearchQuery };

/** What was understood, and is ignored. */
export function ignoredIn({ areas, time, mode }: Understood, query: SearchQuery): Ignored[] {
  const ignored: Ignored[] = [];
  if (query.ignoresAreas && areas.length > 0)
    ignored.push({ what: "areas", without: { ...query, ignoresAreas: false } });
  if (query.ignoresTimes && time) ignored.push({ what: "times", without: { ...query, ignoresTimes: false } });
  if (query.ignoresMode && mode) ignored.push({ what: "mode", without: { ...query, ignoresMode: false } });
  return ignored;
}
