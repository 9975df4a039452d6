"use client";

import { useLocale, useTranslations } from "next-intl";
import { Component, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";

import type { MapCafe } from "@/app/_components/map/cafes";
import type { MapProps } from "@/app/_components/map/map-view";
import { OpenBadge } from "@/app/_components/open-badge";
import { Stamp } from "@/app/_components/stamp";
import { Link } from "@/app/_i18n/routing";
import { areaName } from "@/app/_lib/cities";

const MIDDLE = "absolute inset-0 grid place-items-center p-6 text-center text-ink-soft";
const MapView = lazy(() => import("@/app/_components/map/map-view"));

type Props = MapProps & {
  /** A café that was chosen on the map and has no card in sight. */
  chosen: MapCafe | null;
  onClose: () => void;
  /** Stands on top of the map. */
  children?: ReactNode;
  className?: string;
};

/** A map of cafés. What draws it is loaded when it comes into sight; where it cannot be drawn, that is said. */
export function MapPanel({ chosen, onClose, children, className = "", ...map }: Props) {
  const t = useTranslations("search.map");
  const panel = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = panel.current;
    if (!element) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return (
    <section
      ref={panel}
      aria-label={t("title")}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      className={`relative isolate overflow-hidden rounded-cup border border-line bg-sunken ${className}`}
    >
      {seen && (
        <OrText text={t("cannot")}>
          <Suspense fallback={<p className={MIDDLE}>{t("loading")}</p>}>
            <MapView {...map} />
          </Suspense>
        </OrText>
      )}
      {children && (
        <div className="pointer-events-none absolute inset-x-14 top-3 z-10 flex justify-center">{children}</div>
      )}
      {chosen && <Chosen key={chosen.id} cafe={chosen} onClose={onClose} />}
    </section>
  );
}

function Chosen({ cafe, onClose }: { cafe: MapCafe; onClose: () => void }) {
  const locale = useLocale();
  const t = useTranslations("common");
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  return (
    <div className="absolute inset-x-3 bottom-3 z-10 mx-auto flex max-w-md items-start gap-3 rounded-2xl border border-line bg-card p-4 shadow-cup">
      <Stamp shopId={cafe.id} size={48} className="size-12 shrink-0 rounded-full bg-sunken" />
      <div className="min-w-0 flex-1">
        <Link ref={link} href={`/shops/${cafe.id}`} className="font-display text-lg font-bold">
          {cafe.name}
        </Link>
        <p className="text-sm text-ink-soft">{areaName(cafe, locale)}</p>
        <p className="text-sm">
          <OpenBadge isOpenNow={cafe.isOpenNow} nextChangeAt={cafe.nextChangeAt} />
        </p>
      </div>
      <button
        type="button"
        onClick={onClose}
        aria-label={t("close")}
        className="grid size-11 shrink-0 place-items-center rounded-full text-xl hover:bg-sunken"
      >
        <span aria-hidden="true">×</span>
      </button>
    </div>
  );
}

/** What draws the map may fail to load, or to draw: the list beside it goes on. */
class OrText extends Component<{ text: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <p className={MIDDLE}>{this.props.text}</p>;
  }
}
