import { useLocale, useTranslations } from "next-intl";

import type { components } from "@/app/_lib/schema";

type Item = components["schemas"]["MenuItem"];

/** What there is to eat and drink, by category. Nothing where nothing is known. */
export function Menu({ items }: { items: readonly Item[] }) {
  const t = useTranslations("shop.menu");
  const price = new Intl.NumberFormat(useLocale(), { style: "currency", currency: "TWD", maximumFractionDigits: 0 });
  if (items.length === 0) return null;
  const groups = [...new Set(items.map((item) => item.category))].map(
    (category) => [category, items.filter((item) => item.category === category)] as const,
  );
  return (
    <section aria-labelledby="menu">
      <h2 id="menu" className="text-xl font-bold">
        {t("title")}
      </h2>
      <p className="mt-1 text-sm text-ink-soft">{t("note")}</p>
      {groups.map(([category, members]) => (
        <div key={category} className="mt-4">
          <h3 className="font-semibold">{category || t("other")}</h3>
          <ul className="mt-1">
            {members.map((item) => (
              <li key={item.name} className="flex items-baseline gap-3 border-b border-dotted border-line py-1.5">
                <span className="min-w-0 flex-1">{item.name}</span>
                <span className="tabular-nums">{item.price_twd === null ? "–" : price.format(item.price_twd)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
