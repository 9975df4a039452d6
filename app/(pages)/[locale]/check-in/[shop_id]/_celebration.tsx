"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { Button, buttonClass } from "@/app/_components/button";
import { CheckInPhotos } from "@/app/_components/check-ins/photos";
import {
  type CheckIn,
  hasRefusal,
  isBeingLookedAt,
  useFreshCheckIn,
} from "@/app/_components/check-ins/use-fresh-check-in";
import { Notice } from "@/app/_components/notice";
import { Stamp } from "@/app/_components/stamp";
import { Link } from "@/app/_i18n/routing";

const PATIENCE_MS = 1_500;

type Props = { checkIn: CheckIn; shopName: string; onRestart: () => void };

/** The stamp that was earned, and what becomes of the photos. */
export function Celebration({ checkIn: made, shopName, onRestart }: Props) {
  const t = useTranslations("checkin");
  const { checkIn, gone, refresh, renew } = useFreshCheckIn(made);
  const [pressed, setPressed] = useState(false);
  useEffect(() => {
    // The stamp comes down once its picture is there; without it, its name is shown all the same.
    const timer = setTimeout(() => setPressed(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="flex flex-col items-center gap-4 overflow-clip py-8 text-center">
      <Stamp
        shopId={checkIn.shop_id}
        size={240}
        alt={t("stampAlt", { name: shopName })}
        loading="eager"
        onLoad={() => setPressed(true)}
        className={`size-60 transition duration-700 ease-out ${gone ? "opacity-30 grayscale" : ""} ${pressed ? "" : "scale-150 -rotate-12 opacity-0"}`}
      />
      <Headline key={String(gone)}>{gone ? t("goneTitle") : t("doneTitle")}</Headline>
      {gone ? (
        <>
          <Notice tone="bad">{t("goneText")}</Notice>
          <Button onClick={onRestart}>{t("restart")}</Button>
        </>
      ) : (
        <>
          <p className="text-lg text-ink-soft">{t("doneText", { name: shopName })}</p>
          <div className="flex flex-wrap justify-center gap-3">
            <Link href="/stamps" className={buttonClass("primary")}>
              {t("toStamps")}
            </Link>
            <Link href={`/shops/${checkIn.shop_id}`} className={buttonClass("quiet")}>
              {t("toShop")}
            </Link>
          </div>
          <div className="mt-6 flex flex-col items-center gap-3">
            <p role="status" className="text-sm text-ink-soft">
              {t(isBeingLookedAt(checkIn) ? "looking" : hasRefusal(checkIn) ? "someRefused" : "looked")}
            </p>
            <CheckInPhotos checkIn={checkIn} onExpired={() => void refresh()} onApproach={renew} />
            <Link href="/check-ins" className="inline-flex min-h-11 items-center underline">
              {t("toHistory")}
            </Link>
          </div>
        </>
      )}
    </div>
  );
}

/** Takes the focus as it appears: what was pressed has gone. */
function Headline({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} className="text-3xl font-bold outline-none sm:text-4xl">
      {children}
    </h1>
  );
}
