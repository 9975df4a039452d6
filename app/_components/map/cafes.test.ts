import { expect, test } from "vitest";

import { nextSpot, sourceOf } from "@/app/_components/map/cafes";

const spots = [
  { name: "east", x: 10, y: 1 },
  { name: "far east", x: 30, y: 0 },
  { name: "south", x: 1, y: 12 },
  { name: "north-west", x: -8, y: -8 },
];

test("an arrow leads to the nearest that lies that way", () => {
  const from = { x: 0, y: 0 };
  expect(nextSpot(from, "ArrowRight", spots)?.name).toBe("east");
  expect(nextSpot(from, "ArrowDown", spots)?.name).toBe("south");
  expect(nextSpot(from, "ArrowLeft", spots)?.name).toBe("north-west");
});

test("an arrow leads nowhere where nothing lies, and other keys never lead", () => {
  expect(nextSpot({ x: 40, y: 0 }, "ArrowRight", spots)).toBeNull();
  expect(nextSpot({ x: 0, y: 0 }, "Enter", spots)).toBeNull();
});

test("counts and cafés add up alike", () => {
  const cafe = {
    id: "a",
    name: "A",
    city: "",
    district: "",
    latitude: 25,
    longitude: 121,
    isOpenNow: null,
    nextChangeAt: null,
  };
  const source = sourceOf([cafe], [{ name: "大安區", latitude: 25, longitude: 121.5, count: 7 }]);
  expect(source.features.map((feature) => feature.properties?.count)).toEqual([1, 7]);
  expect(source.features[1]?.geometry.coordinates).toEqual([121.5, 25]);
});
