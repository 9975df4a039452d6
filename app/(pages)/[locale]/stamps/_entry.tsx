import { useFormatter, useLocale, useTranslations } from "next-intl";

import { ShopName } from "@/app/_components/shop-name";
import { Stamp } from "@/app/_components/stamp";
import { areaName } from "@/app/_lib/cities";
import type { components } from "@/app/_lib/schema";

/** A café in the passport: its stamp, how often it was earned, and when last. */
export function Entry({ entry }: { entry: components["schemas"]["PassportEntry"] }) {
  const t = useTranslations("checkin.passport");
  const format = useFormatter();
  const locale = useLocale();
  const { shop, shop_status: status } = entry;
  const day = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium" });
  return (
    <article className="group relative flex h-full flex-col items-center rounded-cup border border-line bg-card p-4 pt-5 text-center shadow-cup focus-within:border-brew hover:border-line-strong">
      <div className="relative">
        <Stamp
          shopId={entry.shop_id}
          size={144}
          className={`size-32 transition-transform duration-300 group-hover:-rotate-6 sm:size-36 ${status === "live" ? "" : "opacity-60"}`}
        />
        {entry.count > 1 && (
          <p className="absolute -right-2 -bottom-1 rounded-full bg-brew px-2.5 py-0.5 text-sm font-bold text-brew-ink">
            <span aria-hidden="true">×{entry.count}</span>
            <span className="sr-only">{t("times", { count: entry.count })}</span>
          </p>
        )}
      </div>
      <h2 className="mt-3 text-base leading-snug font-bold">
        <ShopName shop={shop} status={status} gone={t("gone")} className="no-underline after:absolute after:inset-0" />
      </h2>
      <p className="mt-1 text-sm text-ink-soft">
        {shop && areaName(shop, locale)}
        {status === "closed" && ` · ${t("closed")}`}
      </p>
      <p className="mt-auto pt-1 text-sm text-ink-soft">
        <time dateTime={entry.last_at}>{day(entry.last_at)}</time>
        {day(entry.first_at) !== day(entry.last_at) && (
          <>
            <br />
            <time dateTime={entry.first_at}>{t("since", { date: day(entry.first_at) })}</time>
          </>
        )}
      </p>
    </article>
  );
}
