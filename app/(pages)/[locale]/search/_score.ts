import type { components } from "@/app/_lib/schema";

type ApiPart = components["schemas"]["Part"];

/** A part of a score as people read it: in points of a hundred. `most` is what it could have given. */
export type Points = { name: ApiPart["name"]; points: number; most: number };

/** A total as people read it. */
export function pointsOf(score: number): number {
  return Math.round(score * 100);
}

/** The parts that could give or take anything, the weightiest first. What is taken off is negative. */
export function pointsByPart(parts: readonly ApiPart[]): Points[] {
  return parts
    .map(({ name, weight, contribution }) => ({ name, points: pointsOf(contribution) + 0, most: pointsOf(weight) }))
    .filter(({ most }) => most !== 0)
    .toSorted((one, other) => other.most - one.most);
}
