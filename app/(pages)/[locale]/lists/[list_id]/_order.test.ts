import { expect, test } from "vitest";

import { moved, placeAt, shiftOf } from "./_order";

test("a thing is moved up and down, and not beyond the ends", () => {
  const things = ["a", "b", "c", "d"];
  expect(moved(things, 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(things, 3, 0)).toEqual(["d", "a", "b", "c"]);
  expect(moved(things, 1, 9)).toEqual(["a", "c", "d", "b"]);
  expect(moved(things, 1, -1)).toEqual(["b", "a", "c", "d"]);
  expect(moved(things, 7, 0)).toEqual(things);
});

const rows = [
  { top: 0, height: 100 },
  { top: 110, height: 60 },
  { top: 180, height: 100 },
];

test.each([
  [0, 0, 0],
  [0, 30, 0],
  [0, 45, 1],
  [0, 140, 2],
  [0, 900, 2],
  [2, -35, 2],
  [2, -45, 1],
  [2, -140, 0],
  [2, -900, 0],
  [1, 55, 1],
  [1, 70, 2],
  [1, -70, 0],
])("the row at %i, dragged by %i, is held over %i", (from, by, to) => {
  expect(placeAt(rows, from, by)).toBe(to);
});

test("rows between make way, the others stay", () => {
  expect([0, 1, 2, 3].map((place) => shiftOf(place, 0, 2, 110))).toEqual([0, -110, -110, 0]);
  expect([0, 1, 2, 3].map((place) => shiftOf(place, 3, 1, 70))).toEqual([0, 70, 70, 0]);
});
