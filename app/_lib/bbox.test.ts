import { expect, test } from "vitest";

import { around, onGrid, parseBbox, short } from "@/app/_lib/bbox";

test("a box is read, and what is none is not", () => {
  expect(parseBbox("121.5,25.02,121.56,25.05")).toEqual([121.5, 25.02, 121.56, 25.05]);
  expect(parseBbox("121.56,25.02,121.5,25.05")).toBeNull();
  expect(parseBbox("121.5,25.02,121.56")).toBeNull();
  expect(parseBbox("121.5,25.02,181,25.05")).toBeNull();
  expect(parseBbox("nonsense")).toBeNull();
});

test("a box on the grid holds the box", () => {
  const box = [121.5123, 25.0211, 121.5654, 25.0533] as const;
  const [west, south, east, north] = onGrid(box);
  expect(west).toBeLessThanOrEqual(box[0]);
  expect(south).toBeLessThanOrEqual(box[1]);
  expect(east).toBeGreaterThanOrEqual(box[2]);
  expect(north).toBeGreaterThanOrEqual(box[3]);
  expect(east - west).toBeLessThan((box[2] - box[0]) * 1.6);
});

test("a small move stays in the same box", () => {
  expect(onGrid([121.5121, 25.0212, 121.5652, 25.0534])).toEqual(onGrid([121.5123, 25.0211, 121.5654, 25.0533]));
});

test("the grid ends where the earth does", () => {
  expect(onGrid([-180, -90, 180, 90])).toEqual([-180, -90, 180, 90]);
});

test("an address shows ten metres", () => {
  expect(short([121.512345, 25.021111, 121.565499, 25.05339])).toEqual([121.5123, 25.0211, 121.5655, 25.0534]);
});

test("the box around places", () => {
  const places = [
    { latitude: 25, longitude: 121 },
    { latitude: 24, longitude: 122 },
  ];
  expect(around(places)).toEqual([121, 24, 122, 25]);
  expect(around([])).toBeNull();
});
