import { expect, test } from "vitest";

import { pointsByPart, pointsOf } from "./_score";

const part = (name: "meaning" | "tags" | "words" | "avoided", weight: number, value: number) => ({
  name,
  weight,
  value,
  contribution: weight * value,
});

test("parts are told in points of a hundred, the weightiest first", () => {
  expect(pointsByPart([part("meaning", 0.25, 1), part("tags", 0.583, 0.82), part("words", 0, 0.3)])).toEqual([
    { name: "tags", points: 48, most: 58 },
    { name: "meaning", points: 25, most: 25 },
  ]);
});

test("what is avoided comes last, takes off, and never takes a negative nothing", () => {
  const [, avoided] = pointsByPart([part("avoided", -0.5, 0), part("meaning", 1, 1)]);
  expect(avoided).toEqual({ name: "avoided", points: 0, most: -50 });
  expect(pointsByPart([part("avoided", -0.5, 0.4)])[0]?.points).toBe(-20);
});

test("a total is a whole number", () => {
  expect(pointsOf(0.8719)).toBe(87);
});
