"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";

import { Button, type Look } from "@/app/_components/button";
import { useRouter } from "@/app/_i18n/routing";
import { hrefOf } from "@/app/_lib/shop-query";

type Props = { path: string; params: readonly (readonly [string, string])[]; look?: Look; className?: string };
type State = "idle" | "asking" | "denied" | "failed";

/** Asks the browser where the visitor is, only when pressed, and leads to the page with that as `near`. */
export function NearMe({ path, params, look = "quiet", className = "" }: Props) {
  const t = useTranslations("common.near");
  const router = useRouter();
  const [state, setState] = useState<State>("idle");
  const [isGoing, startGoing] = useTransition();
  function ask() {
    if (!("geolocation" in navigator)) return setState("failed");
    setState("asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setState("idle");
        startGoing(() => router.push(hrefOf(path, [...params, ["near", rounded(coords)]]), { scroll: false }));
      },
      (error) => setState(error.code === error.PERMISSION_DENIED ? "denied" : "failed"),
      { maximumAge: 300_000, timeout: 10_000 },
    );
  }
  return (
    <div>
      <Button look={look} className={className} onClick={ask} busy={state === "asking" || isGoing}>
        <svg viewBox="0 0 20 20" aria-hidden="true" className="size-4">
          <path d="M18 2 2 9l7 2 2 7z" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" />
        </svg>
        {t(state === "asking" ? "asking" : "button")}
      </Button>
      <p role="status" className="text-sm text-brick empty:hidden">
        {state === "denied" && t("denied")}
        {state === "failed" && t("failed")}
      </p>
    </div>
  );
}

/** To about a hundred metres: near enough for a walk, and no more than we need to know. */
function rounded({ latitude, longitude }: GeolocationCoordinates): string {
  return `${latitude.toFixed(3)},${longitude.toFixed(3)}`;
}
