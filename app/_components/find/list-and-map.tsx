"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";

import { buttonClass } from "@/app/_components/button";
import { cardId, StepContext } from "@/app/_components/find/step";
import type { MapCafe } from "@/app/_components/map/cafes";
import { MapPanel } from "@/app/_components/map/map-panel";
import { useRouter } from "@/app/_i18n/routing";
import { around, type Bbox, short } from "@/app/_lib/bbox";
import { hrefOf } from "@/app/_lib/shop-query";

type Pairs = readonly (readonly [string, string])[];
type Props = {
  cafes: readonly MapCafe[];
  /** See `MapProps`. */
  filters: Pairs | null;
  /** The area that was asked for; without one the map begins where the cafés are. */
  bbox: Bbox | null;
  /** Where a search of the area in view leads, but for its `bbox`. */
  area: { path: string; params: Pairs };
  children: ReactNode;
};

/** A list (`children`) and a map beside it, in step. A phone shows one of them at a time. */
export function ListAndMap({ cafes, filters, bbox, area, children }: Props) {
  const t = useTranslations("search.map");
  const router = useRouter();
  const [view, setView] = useState<"list" | "map">("list");
  const [active, setActive] = useState<string | null>(null);
  const [chosen, setChosen] = useState<MapCafe | null>(null);
  const [moved, setMoved] = useState<Bbox | null>(null);
  const both = useRef<HTMLDivElement>(null);

  function toggle() {
    setView(view === "list" ? "map" : "list");
    // The other begins where this one did, which may be far above.
    both.current?.scrollIntoView({ block: "start" });
  }
  function choose(cafe: MapCafe) {
    const card = document.getElementById(cardId(cafe.id));
    if (card === null || card.offsetParent === null) return setChosen(cafe);
    setChosen(null);
    card.scrollIntoView({ block: "center", behavior: "smooth" });
    card.querySelector("a")?.focus({ preventScroll: true });
  }
  function searchHere(box: Bbox) {
    setMoved(null);
    setView("list");
    router.push(hrefOf(area.path, [...area.params, ["bbox", short(box).join(",")]]));
  }
  return (
    <StepContext value={{ active: chosen?.id ?? active, setActive }}>
      <div ref={both} className="lg:grid lg:grid-cols-[minmax(0,11fr)_minmax(0,10fr)] lg:gap-6">
        <div className={view === "list" ? "" : "hidden lg:block"}>{children}</div>
        <div className={view === "map" ? "" : "hidden lg:block"}>
          <MapPanel
            cafes={cafes}
            filters={filters}
            bounds={bbox ?? around(cafes)}
            active={chosen?.id ?? active}
            onActive={setActive}
            onChoose={choose}
            onMoved={setMoved}
            chosen={chosen}
            onClose={() => setChosen(null)}
            className="h-[calc(100dvh-9rem)] min-h-80 lg:sticky lg:top-[4.75rem] lg:h-[calc(100dvh-6rem)]"
          >
            {moved && (
              <button
                type="button"
                onClick={() => searchHere(moved)}
                className={buttonClass("quiet", "pointer-events-auto text-sm shadow-cup")}
              >
                {t("searchHere")}
              </button>
            )}
          </MapPanel>
        </div>
      </div>
      <div className="pointer-events-none sticky bottom-4 z-20 mt-4 flex justify-center lg:hidden">
        <button type="button" onClick={toggle} className={buttonClass("primary", "pointer-events-auto shadow-cup")}>
          {t(view === "list" ? "showMap" : "showList")}
        </button>
      </div>
    </StepContext>
  );
}
