import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { areaName } from "@/app/_lib/cities";
import { webAddress } from "@/app/_lib/web-address";

import type { ShopDetail } from "./_shop";

/** Where it is, and how to reach it. */
export function Facts({ shop }: { shop: ShopDetail }) {
  const t = useTranslations("shop.facts");
  const website = webAddress(shop.website);
  const locale = useLocale();
  const updated = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "Asia/Taipei" });
  return (
    <section aria-labelledby="facts">
      <h2 id="facts" className="text-xl font-bold">
        {t("title")}
      </h2>
      <dl className="mt-3 grid gap-3">
        <Fact name={t("address")}>
          <address className="not-italic">{shop.address || areaName(shop, locale)}</address>
          <a
            href={`https://www.google.com/maps/search/?api=1&query=${shop.latitude},${shop.longitude}`}
            target="_blank"
            rel="noopener noreferrer"
          >
            {t("directions")}
          </a>
        </Fact>
        {shop.mrt && <Fact name={t("mrt")}>{shop.mrt}</Fact>}
        {shop.phone && (
          <Fact name={t("phone")}>
            <a href={`tel:${shop.phone.replace(/[^\d+]/g, "")}`}>{shop.phone}</a>
          </Fact>
        )}
        {website !== null && (
          <Fact name={t("website")}>
            <a href={website.href} target="_blank" rel="noopener noreferrer nofollow ugc">
              {website.hostname.replace(/^www\./, "")}
            </a>
          </Fact>
        )}
        {shop.price_level !== null && <Fact name={t("price")}>{"$".repeat(Math.max(1, shop.price_level))}</Fact>}
        <Fact name={t("updated")}>
          <time dateTime={shop.updated_at}>{updated.format(new Date(shop.updated_at))}</time>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-ink-soft">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
