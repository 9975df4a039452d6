import "maplibre-gl/dist/maplibre-gl.css";
import "@/app/_components/map/map.css";

import { AttributionControl, type GeoJSONSource, Map as MapLibre, NavigationControl, setWorkerUrl } from "maplibre-gl";

import { type MapCafe, type MapCount, sourceOf } from "@/app/_components/map/cafes";
import { mapboxUrls } from "@/app/_components/map/mapbox-urls";
import { CAFES } from "@/app/_components/map/pins";
import { isDark, onThemeChange } from "@/app/_components/map/theme-of-page";
import type { Bbox } from "@/app/_lib/bbox";

const OWN_STYLE = "/map/style.json";
/** All of Taiwan, with Kinmen's and Matsu's cafés a move away. */
const TAIWAN: Bbox = [119.9, 21.8, 122.1, 25.4];
/** How long a style from elsewhere may take until something of it is seen. */
const PATIENCE_MS = 10_000;

// The worker is a file of its own, from here: nothing has to be allowed to run that was made of text.
setWorkerUrl(new URL("maplibre-gl/dist/maplibre-gl-worker.mjs", import.meta.url).href);

/** Whether this browser can draw a map at all. */
export function canDraw(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

export type MapTexts = { canvas: string; zoomIn: string; zoomOut: string };

type Options = {
  container: HTMLElement;
  /** Where it is told whose map this is: beside the map, so that no pin lies beneath. */
  sources: HTMLElement;
  styleUrl: string | null;
  english: boolean;
  bounds: Bbox | null;
  texts: MapTexts;
  /** There will be nothing to see: not even our own style could be had. */
  onFailed: () => void;
};

/**
 * A map with an empty source of cafés. Call the function that comes with it when it is no longer needed.
 *
 * While nothing has been seen of a style from elsewhere, our own takes its place as soon as anything of it goes wrong, or
 * it takes too long.
 */
export function makeMap(options: Options): { map: MapLibre; end: () => void } {
  const { container, sources, styleUrl, english, bounds, texts } = options;
  const urls = mapboxUrls(styleUrl ?? OWN_STYLE);
  const map = new MapLibre({
    container,
    ...(urls && { transformRequest: (url: string) => ({ url: urls(url) }) }),
    style: styleUrl ?? OWN_STYLE,
    bounds: [...(bounds ?? TAIWAN)] as [number, number, number, number],
    fitBoundsOptions: { padding: 48, maxZoom: 15 },
    minZoom: 5,
    maxZoom: 18,
    maxBounds: [110, 17, 132, 30],
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
    globalState: { dark: isDark(), english },
    locale: {
      "Map.Title": texts.canvas,
      "NavigationControl.ZoomIn": texts.zoomIn,
      "NavigationControl.ZoomOut": texts.zoomOut,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  const attribution = new AttributionControl({ compact: false });
  sources.append(attribution.onAdd(map));
  map.on("style.load", () => addCafes(map));
  let isOwn = styleUrl === null;
  let isSeen = false;
  const fallBack = () => {
    isOwn = true;
    map.setStyle(OWN_STYLE, { diff: false, globalState: { dark: isDark(), english } });
  };
  const patience = window.setTimeout(() => isOwn || isSeen || fallBack(), PATIENCE_MS);
  map.on("load", () => (isSeen = true));
  // What is made of GeoJSON may have come with the style, or from us; tiles are what is worth waiting for.
  map.on("sourcedata", ({ tile, source }) => (isSeen ||= tile !== undefined && source.type !== "geojson"));
  map.on("error", (event) => {
    console.warn(event.error.message);
    // What belongs to no source is the style itself, as long as there is none, and afterwards letters and icons.
    const source = "sourceId" in event ? event.sourceId : undefined;
    const isVital = source === undefined ? map.getSource(CAFES) === undefined : source !== CAFES;
    if (isSeen || !isVital) return;
    if (isOwn) options.onFailed();
    else fallBack();
  });
  const stopTheme = onThemeChange(() => map.setGlobalStateProperty("dark", isDark()));
  return {
    map,
    end: () => {
      clearTimeout(patience);
      stopTheme();
      attribution.onRemove();
      map.remove();
    },
  };
}

/** Shows these cafés. Before the style has come there is nowhere to put them: "style.load" is the time. */
export function showCafes(map: MapLibre, cafes: readonly MapCafe[], counts: readonly MapCount[] = []) {
  map.getSource<GeoJSONSource>(CAFES)?.setData(sourceOf(cafes, counts));
}

function addCafes(map: MapLibre) {
  map.addSource(CAFES, {
    type: "geojson",
    data: sourceOf([]),
    cluster: true,
    clusterRadius: 44,
    clusterMaxZoom: 15,
    clusterProperties: { count: ["+", ["get", "count"]] },
  });
  // Pins are buttons; a source is only cut into tiles for a layer, though.
  map.addLayer({ id: CAFES, type: "circle", source: CAFES, paint: { "circle-radius": 1, "circle-opacity": 0 } });
}
