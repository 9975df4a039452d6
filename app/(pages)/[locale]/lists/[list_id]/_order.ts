/** The things in another order: the one at `from` stands at `to`, the others close up. */
export function moved<T>(things: readonly T[], from: number, to: number): readonly T[] {
  const [thing, ...none] = things.slice(from, from + 1);
  if (thing === undefined || none.length > 0) return things;
  const others = things.toSpliced(from, 1);
  return others.toSpliced(Math.min(Math.max(to, 0), others.length), 0, thing);
}

/** Where a row stands on the page, in pixels. */
export type Row = { top: number; height: number };

/** The place over which the row at `from` is held, when it was dragged by `by` pixels downwards. */
export function placeAt(rows: readonly Row[], from: number, by: number): number {
  const held = rows[from];
  if (!held) return from;
  // Its leading edge counts: whoever pulls a row over the middle of another means to change places with it.
  const edge = by > 0 ? held.top + held.height + by : held.top + by;
  const middle = ({ top, height }: Row) => top + height / 2;
  if (by > 0) return from + rows.slice(from + 1).filter((row) => middle(row) < edge).length;
  return from - rows.slice(0, from).filter((row) => middle(row) > edge).length;
}

/** By how much a row makes way for the one from `from` that is held over `to`, and is `height` pixels high with its gap. */
export function shiftOf(place: number, from: number, to: number, height: number): number {
  if (place > from && place <= to) return -height;
  return place < from && place >= to ? height : 0;
}
