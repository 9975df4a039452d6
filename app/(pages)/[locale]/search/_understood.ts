import type { components } from "@/app/_lib/schema";
import { type SearchQuery, type Span, withoutSpans } from "@/app/_lib/search-query";

type Understood = components["schemas"]["Understood"];
type AreaWish = Understood["areas"][number];

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
 * Tags go by cutting their words out of the text; the time, the mood and the only place by being told not to count, as
 * their words may mean something as well. Of several places one goes with its words, and the others stay. A tag that is
 * only implied by one that is avoided goes with that.
 */
export function partsOf(understood: Understood, query: SearchQuery): Part[] {
  const { areas, time, mode, mode_applied, wanted, avoided } = understood;
  const said = [...areas, ...wanted, ...avoided].map((wish) => wish.query_span);
  const cut = (...wishes: readonly { query_span: Span }[]): SearchQuery => ({
    ...query,
    text: withoutSpans(
      query.text,
      wishes.map((wish) => ownPart(wish.query_span, said)),
    ),
  });
  const places = samePlaces(areas.filter((wish) => wish.applied));
  return [
    ...places.map((wishes): Part => {
      const [{ areas: where, excluded }] = wishes;
      const without = places.length === 1 ? { ...query, ignoresAreas: true } : cut(...wishes);
      return { kind: "area", areas: where, excluded, without };
    }),
    ...(time?.applied
      ? [{ kind: "time", openAt: time.open_at, without: { ...query, ignoresTimes: true } } satisfies Part]
      : []),
    ...(mode && mode_applied ? [{ kind: "mode", mode, without: { ...query, ignoresMode: true } } satisfies Part] : []),
    ...wanted.filter((wish) => !wish.implied).map((tag): Part => ({ kind: "wanted", tag, without: cut(tag) })),
    ...avoided.map((tag): Part => ({ kind: "avoided", tag, without: cut(tag) })),
  ];
}

/** Wishes for one and the same place together: 「大安區或大安」 is one. */
function samePlaces(wishes: readonly AreaWish[]): [AreaWish, ...AreaWish[]][] {
  const places = new Map<string, [AreaWish, ...AreaWish[]]>();
  for (const wish of wishes) {
    const key = JSON.stringify([wish.excluded, wish.areas]);
    const same = places.get(key);
    if (same) same.push(wish);
    else places.set(key, [wish]);
  }
  return [...places.values()];
}

/**
 * What to cut of the text so that nothing else changes its meaning.
 *
 * In 「不要限時和低消」 one 不要 denies both, so the words of the second begin with those of the first. The second goes
 * without them. The first takes the second along, which would be wished for if it lost its 不要.
 */
function ownPart({ start, end }: Span, said: readonly Span[]): Span {
  const within = said.filter((other) => start <= other.start && other.end < end);
  const around = said.filter((other) => other.start <= start && end < other.end);
  return {
    start: Math.max(start, ...within.map((other) => other.end)),
    end: Math.max(end, ...around.map((other) => other.end)),
  };
}

/** Whether cafés are left out for it. All else only ranks them. */
export function hides({ kind }: Part): boolean {
  return kind === "area" || kind === "time";
}

/** Something that a text says and that does not count, as the search asks; `without` is the search in which it does. */
export type Ignored = { what: "area" | "time" | "mode"; without: SearchQuery };

/** What was understood, and is ignored. */
export function ignoredIn({ areas, time, mode }: Understood, query: SearchQuery): Ignored[] {
  const ignored: Ignored[] = [];
  if (query.ignoresAreas && areas.length > 0)
    ignored.push({ what: "area", without: { ...query, ignoresAreas: false } });
  if (query.ignoresTimes && time) ignored.push({ what: "time", without: { ...query, ignoresTimes: false } });
  // A mood that was chosen beside the words counts in any case.
  if (query.ignoresMode && mode && query.filters.mode === null)
    ignored.push({ what: "mode", without: { ...query, ignoresMode: false } });
  return ignored;
}
