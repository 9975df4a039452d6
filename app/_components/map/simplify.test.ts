import { expect, test } from "vitest";

import { simplified } from "@/app/_components/map/simplify";

test("a point that lies almost on the line goes, a corner stays", () => {
  const line = [
    [0, 0],
    [0.5, 0.00001],
    [1, 0],
    [1, 1],
  ];
  expect(simplified(line, 0.001)).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
});

test("a ring stays closed, and keeps its extent", () => {
  const ring = [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 0],
    [0, 0],
  ];
  expect(simplified(ring, 0.1)).toEqual(ring);
});

test("coordinates are rounded to about ten metres", () => {
  expect(simplified([[121.123456, 25.987654]], 0.001)).toEqual([[121.1235, 25.9877]]);
});
