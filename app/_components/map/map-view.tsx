"use client";

import type { Map as MapLibre } from "maplibre-gl";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import type { MapCafe } from "@/app/_components/map/cafes";
import { InView, type Seen } from "@/app/_components/map/in-view";
import { canDraw, makeMap, showCafes } from "@/app/_components/map/make-map";
import { Pins } from "@/app/_components/map/pins";
import { type Bbox, parseBbox, short } from "@/app/_lib/bbox";
import { webConfig } from "@/app/_lib/web-config";

const CALM_MS = 250;
const NOTHING: Seen = { cafes: [], counts: [], isWhole: true };

/** What a map shows and tells; `MapPanel` says more. */
export type MapProps = {
  /** Those of the list beside it. */
  cafes: readonly MapCafe[];
  /** Asks for all cafés in view that pass these as well; null shows those of the list alone. */
  filters: readonly (readonly [string, string])[] | null;
  bounds: Bbox | null;
  active: string | null;
  onActive: (id: string | null) => void;
  onChoose: (cafe: MapCafe) => void;
  /** The visitor has moved the map themselves. */
  onMoved: (view: Bbox) => void;
};

type State = "loading" | "there" | "cannot";

export default function MapView({ cafes, filters, bounds, active, onActive, onChoose, onMoved }: MapProps) {
  const t = useTranslations("search.map");
  const english = useLocale() === "en";
  const box = useRef<HTMLDivElement>(null);
  const sources = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ map: MapLibre; pins: Pins } | null>(null);
  const [state, setState] = useState<State>("loading");
  const [seen, setSeen] = useState<Seen>(NOTHING);
  const [failed, setFailed] = useState(false);
  const filterKey = filters && new URLSearchParams(filters.map(([name, value]) => [name, value])).toString();
  const inView = useMemo(
    () => (filterKey === null ? null : new InView([...new URLSearchParams(filterKey)], english)),
    [filterKey, english],
  );
  // In view there are those of the list as well; from afar they are among the counts.
  const shown = inView ? seen.cafes : cafes;
  const counts = inView ? seen.counts : NOTHING.counts;

  const start = useEffectEvent((styleUrl: string | null, container: HTMLElement, beside: HTMLElement) => {
    const { map, end } = makeMap({
      container,
      sources: beside,
      styleUrl,
      english,
      bounds,
      texts: { canvas: t("canvas"), zoomIn: t("zoomIn"), zoomOut: t("zoomOut") },
      onFailed: () => setState("cannot"),
    });
    const pins = new Pins(
      map,
      { cluster: (count) => t("cluster", { count }), district: (name, count) => t("district", { name, count }) },
      { choose: (cafe) => choose(cafe), point: (id) => point(id), cafeOf: (id) => cafeOf(id) },
    );
    map.on("style.load", () => show(map));
    // A map is told to have loaded also where nothing of it could be had.
    map.on("load", () => setState((before) => (before === "cannot" ? before : "there")));
    map.on("sourcedata", (event) => event.sourceDataType !== "metadata" && map.loaded() && pins.update());
    map.on("idle", () => pins.update());
    map.on("moveend", (event) => moved("originalEvent" in event && event.originalEvent !== undefined));
    drawn.current = { map, pins };
    look(inView, 0);
    return end;
  });
  const choose = useEffectEvent(onChoose);
  const point = useEffectEvent(onActive);
  const cafeOf = useEffectEvent((id: string) => shown.find((cafe) => cafe.id === id));
  const show = useEffectEvent((map: MapLibre) => showCafes(map, shown, counts));

  const wanted = useRef<{ abort: AbortController; timer: number } | null>(null);
  const look = useEffectEvent((asked: InView | null, delay: number) => {
    wanted.current?.abort.abort();
    clearTimeout(wanted.current?.timer);
    if (!asked || !drawn.current) return;
    const { map } = drawn.current;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      asked.at(viewOf(map), map.getZoom(), abort.signal).then(
        (found) => {
          if (abort.signal.aborted) return;
          setSeen(found);
          setFailed(false);
        },
        () => !abort.signal.aborted && setFailed(true),
      );
    }, delay);
    wanted.current = { abort, timer };
  });
  const moved = useEffectEvent((byVisitor: boolean) => {
    look(inView, CALM_MS);
    if (byVisitor && drawn.current) onMoved(viewOf(drawn.current.map));
  });

  useEffect(() => {
    const container = box.current;
    const beside = sources.current;
    if (!container || !beside) return;
    let end: (() => void) | undefined;
    let gone = false;
    webConfig()
      .then((config) => config.mapStyleUrl)
      .catch(() => null)
      .then((styleUrl) => {
        if (gone) return;
        if (canDraw()) end = start(styleUrl, container, beside);
        else setState("cannot");
      })
      .catch((error: unknown) => {
        console.warn(error);
        setState("cannot");
      });
    return () => {
      gone = true;
      wanted.current?.abort.abort();
      clearTimeout(wanted.current?.timer);
      drawn.current = null;
      end?.();
    };
  }, []);
  useEffect(() => {
    if (drawn.current) showCafes(drawn.current.map, shown, counts);
  }, [shown, counts]);
  useEffect(() => look(inView, 0), [inView]);
  const activeCafe = [...cafes, ...shown].find((cafe) => cafe.id === active) ?? null;
  useEffect(() => drawn.current?.pins.highlight(activeCafe), [activeCafe]);
  const boundsKey = bounds && short(bounds).join(",");
  const goTo = useEffectEvent((key: string) => {
    const wanted = parseBbox(key);
    if (wanted)
      drawn.current?.map.fitBounds([...wanted] as [number, number, number, number], { padding: 48, maxZoom: 15 });
  });
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current && boundsKey) goTo(boundsKey);
    isFirst.current = false;
  }, [boundsKey]);

  if (state === "cannot")
    return <p className="absolute inset-0 grid place-items-center p-6 text-center text-ink-soft">{t("cannot")}</p>;
  return (
    <div className="flex size-full flex-col">
      <div ref={box} className="min-h-0 flex-1" />
      <div ref={sources} className="min-h-6 border-t border-line px-2 py-0.5 text-right text-xs text-ink-soft" />
      {state === "loading" && <p className="absolute inset-0 grid place-items-center text-ink-soft">{t("loading")}</p>}
      <p role="status" className="pointer-events-none absolute inset-x-3 bottom-9 text-center">
        {(failed || !seen.isWhole) && (
          <span className="rounded-full bg-card px-3 py-1 text-sm shadow-cup">{t(failed ? "failed" : "closer")}</span>
        )}
      </p>
    </div>
  );
}

function viewOf(map: MapLibre): Bbox {
  const bounds = map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}
