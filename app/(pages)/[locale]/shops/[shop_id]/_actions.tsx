"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { buttonClass } from "@/app/_components/button";
import { SaveToList } from "@/app/_components/save-to-list";
import { Link } from "@/app/_i18n/routing";
import { api } from "@/app/_lib/api";
import { loaded } from "@/app/_lib/problem";
import { hasSessionCookie } from "@/app/_lib/session-cookie";

/** What a member can do with a café, and how often they have been there. */
export function Actions({ shopId, shopName }: { shopId: string; shopName: string }) {
  const t = useTranslations("shop.actions");
  const visits = useVisits(shopId);
  return (
    <div className="mt-6 flex flex-wrap items-center gap-3">
      <Link href={`/check-in/${shopId}`} prefetch={false} className={buttonClass("primary")}>
        {t("checkIn")}
      </Link>
      <SaveToList shopId={shopId} shopName={shopName} />
      <p role="status" className="min-h-6 text-ink-soft">
        {visits > 0 && t("visits", { count: visits })}
      </p>
    </div>
  );
}

/** How many stamps of it the visitor has; 0 for a guest, and while nobody can say. */
function useVisits(shopId: string): number {
  const [visits, setVisits] = useState(0);
  useEffect(() => {
    if (!hasSessionCookie(document.cookie)) return;
    let isCurrent = true;
    void loaded(api.GET("/stamps", { params: { query: { shop_id: shopId, group: "shop", limit: 1 } } })).then(
      (found) => {
        const entry = found.ok ? found.data.results[0] : undefined;
        if (isCurrent && entry && "count" in entry) setVisits(entry.count);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [shopId]);
  return visits;
}
