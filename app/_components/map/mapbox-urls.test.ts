import { expect, test } from "vitest";

import { mapboxUrls } from "@/app/_components/map/mapbox-urls";

const STYLE = "https://api.mapbox.com/styles/v1/caferoam/quiet?access_token=pk.1";

test.each([
  [
    "mapbox://mapbox.mapbox-streets-v8,mapbox.mapbox-terrain-v2",
    "https://api.mapbox.com/v4/mapbox.mapbox-streets-v8,mapbox.mapbox-terrain-v2.json?secure=&access_token=pk.1",
  ],
  [
    "mapbox://sprites/caferoam/quiet@2x.png",
    "https://api.mapbox.com/styles/v1/caferoam/quiet/sprite@2x.png?access_token=pk.1",
  ],
  [
    "mapbox://sprites/caferoam/quiet.json",
    "https://api.mapbox.com/styles/v1/caferoam/quiet/sprite.json?access_token=pk.1",
  ],
  [
    "mapbox://fonts/caferoam/Noto%20Sans%20Regular/0-255.pbf",
    "https://api.mapbox.com/fonts/v1/caferoam/Noto%20Sans%20Regular/0-255.pbf?access_token=pk.1",
  ],
  [
    "https://a.tiles.mapbox.com/v4/x/1/2/3.mvt?access_token=pk.1",
    "https://a.tiles.mapbox.com/v4/x/1/2/3.mvt?access_token=pk.1",
  ],
  ["/api/shops", "/api/shops"],
])("%s", (asked, fetched) => {
  expect(mapboxUrls(STYLE)?.(asked)).toBe(fetched);
});

test.each(["https://tiles.example/style.json", "https://api.mapbox.com/styles/v1/a/b", "/map/style.json", "nonsense"])(
  "%s is a style of nobody who needs that",
  (style) => {
    expect(mapboxUrls(style)).toBeNull();
  },
);
