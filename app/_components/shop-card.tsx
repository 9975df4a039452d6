import { useLocale } from "next-intl";
import type { ReactNode } from "react";

import { OpenBadge } from "@/app/_components/open-badge";
import { Stamp } from "@/app/_components/stamp";
import { Link } from "@/app/_i18n/routing";
import { areaName } from "@/app/_lib/cities";
import { distanceLabel, labelOf } from "@/app/_lib/labels";
import type { components } from "@/app/_lib/schema";

export type Shop = components["schemas"]["Shop"];

const TAGS_SHOWN = 4;

/** A café in a list. `children` stand below: why it matches, a note. The whole card leads to its page. */
export function ShopCard({
  shop,
  distanceM,
  children,
}: {
  shop: Shop;
  distanceM?: number | null;
  children?: ReactNode;
}) {
  const locale = useLocale();
  const summary = locale === "en" ? shop.summary_en || shop.summary_zh : shop.summary_zh || shop.summary_en;
  return (
    <article className="group relative rounded-cup border border-line bg-card p-4 shadow-cup focus-within:border-brew hover:border-line-strong">
      <div className="flex gap-4">
        <Stamp shopId={shop.id} size={64} className="size-16 shrink-0 rounded-full bg-sunken" />
        <div className="min-w-0 flex-1">
          <h3 className="text-lg font-bold">
            <Link href={`/shops/${shop.id}`} prefetch={false} className="no-underline after:absolute after:inset-0">
              {shop.name}
            </Link>
          </h3>
          <p className="text-sm text-ink-soft">
            {[
              areaName(shop, locale),
              distanceM != null && distanceLabel(distanceM, locale),
              shop.rating !== null && `★ ${shop.rating.toFixed(1)}`,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <p className="text-sm">
            <OpenBadge isOpenNow={shop.is_open_now} nextChangeAt={shop.next_change_at} />
          </p>
        </div>
      </div>
      {summary && <p className="mt-3 line-clamp-3 text-ink-soft">{summary}</p>}
      {shop.tags.length > 0 && (
        <ul className="mt-3 flex flex-wrap gap-1.5">
          {shop.tags.slice(0, TAGS_SHOWN).map((tag) => (
            <li key={tag.id} className="rounded-full bg-brew-soft px-2.5 py-0.5 text-sm">
              {labelOf(tag, locale)}
            </li>
          ))}
        </ul>
      )}
      {children}
    </article>
  );
}
