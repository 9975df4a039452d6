"use client";

import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { ShopCard } from "@/app/_components/shop-card";
import { Skeleton } from "@/app/_components/skeleton";
import { Link } from "@/app/_i18n/routing";
import type { components } from "@/app/_lib/schema";

type ShopPage = components["schemas"]["ShopPage"];

const SHOWN = 6;
const PLACES = Array.from({ length: SHOWN }, (_, index) => index);
const AGAIN_MS = 15_000;

/** Some cafés that are open at this moment. While nobody can say, it says so, and asks again by itself. */
export function OpenNow() {
  const t = useTranslations("home");
  const locale = useLocale();
  const [found, setFound] = useState<ShopPage | "failed" | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    let timer = 0;
    const ask = () =>
      openNow(gone.signal).then(setFound, () => {
        if (gone.signal.aborted) return;
        setFound("failed");
        timer = window.setTimeout(ask, AGAIN_MS);
      });
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, []);
  const count = found !== null && found !== "failed" ? (found.facets?.total ?? 0) : 0;
  const time = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-TW", {
    timeZone: "Asia/Taipei",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (
    <>
      <p role="status" className="mt-1 min-h-7 text-ink-soft">
        {count > 0 &&
          `${t("live.count", { time: time.format(new Date()), count })}${locale === "en" ? ". " : "。"}${t("live.lead")}`}
        {found === "failed" && t("live.failed")}
        {found !== null && found !== "failed" && count === 0 && t("live.none")}
      </p>
      {found === null && (
        <div className="mt-5 grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {PLACES.map((place) => (
            <Skeleton key={place} className="h-52 rounded-cup max-sm:nth-[n+4]:hidden" />
          ))}
        </div>
      )}
      {found !== null && found !== "failed" && count > 0 && (
        <>
          <ul className="mt-5 grid gap-4 sm:grid-cols-2 lg:grid-cols-3 [&_article]:h-full">
            {found.results.map((shop) => (
              <li key={shop.id} className="min-h-52 max-sm:nth-[n+4]:hidden">
                <ShopCard shop={shop} />
              </li>
            ))}
          </ul>
          <p className="mt-5">
            <Link href="/shops?open_now=true" className="inline-flex min-h-11 items-center font-semibold">
              {t("live.all")}
            </Link>
          </p>
        </>
      )}
    </>
  );
}

async function openNow(signal: AbortSignal): Promise<ShopPage> {
  const answer = await fetch(`/api/shops?open_now=true&order=rating&facets=true&limit=${SHOWN}`, { signal });
  if (!answer.ok) throw new Error(`/api/shops answered ${answer.status}`);
  return (await answer.json()) as ShopPage;
}
