import { useFormatter, useTranslations } from "next-intl";

import { Stamp } from "@/app/_components/stamp";
import { Link } from "@/app/_i18n/routing";
import type { components } from "@/app/_lib/schema";

const SHOWN = 4;

/** A list in short: its first cafés, how many there are, and when it changed. The whole card leads to it. */
export function ListCard({ list }: { list: components["schemas"]["List"] }) {
  const t = useTranslations("lists");
  const format = useFormatter();
  const first = list.items.slice(0, SHOWN);
  return (
    <article className="relative flex h-full flex-col rounded-cup border border-line bg-card p-5 shadow-cup focus-within:border-brew hover:border-line-strong">
      <h2 className="text-xl font-bold">
        <Link href={`/lists/${list.id}`} className="no-underline after:absolute after:inset-0">
          {list.name}
        </Link>
      </h2>
      <p className="text-sm text-ink-soft">
        {t("cafes", { count: list.items_total })} ·{" "}
        {t("changed", { date: format.dateTime(new Date(list.updated_at), { dateStyle: "medium" }) })}
      </p>
      {first.length === 0 && <p className="mt-4 text-ink-soft">{t("emptyList")}</p>}
      <ul className="mt-4 space-y-2">
        {first.map((item) => (
          <li key={item.shop_id} className="flex items-center gap-3">
            <Stamp shopId={item.shop_id} size={36} className="size-9 shrink-0" />
            <span className="min-w-0 truncate">{item.shop?.name ?? t("unavailable")}</span>
          </li>
        ))}
      </ul>
      {list.items_total > first.length && (
        <p className="mt-2 text-sm text-ink-soft">{t("more", { count: list.items_total - first.length })}</p>
      )}
    </article>
  );
}
