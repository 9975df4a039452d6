import { useLocale, useTranslations } from "next-intl";

import type { Dimensions, Facets } from "@/app/_components/find/filters";
import { labelOf } from "@/app/_lib/labels";

const KNOWN = ["functionality", "time", "ambience", "mode", "coffee"] as const;

type Props = { dimensions: Dimensions; chosen: readonly string[]; counts: Facets["tags"] | null };

/** Tags to ask for, by dimension; with their counts those that nobody has are left out. */
export function TagFilters({ dimensions, chosen, counts }: Props) {
  const t = useTranslations("search.filters");
  const locale = useLocale();
  const countOf = new Map(counts?.map(({ id, count }) => [id, count]));
  const groups = dimensions
    .map((dimension) => ({
      ...dimension,
      tags: dimension.tags
        .filter((tag) => counts === null || countOf.has(tag.id) || chosen.includes(tag.id))
        .toSorted((one, other) => (countOf.get(other.id) ?? 0) - (countOf.get(one.id) ?? 0)),
      chosen: dimension.tags.filter((tag) => chosen.includes(tag.id)).length,
    }))
    .filter(({ tags }) => tags.length > 0);
  return (
    <div className="divide-y divide-line border-y border-line sm:col-span-2 xl:col-span-1">
      {groups.map((group) => {
        const known = KNOWN.find((id) => id === group.id);
        return (
          <details key={group.id} open={group.chosen > 0}>
            <summary className="flex min-h-11 items-center gap-2 font-semibold">
              <span aria-hidden="true" className="text-ink-soft [details[open]_&]:rotate-90">
                ▸
              </span>
              {known ? t(`dimensions.${known}`) : labelOf(group, locale)}
              <span className="ms-auto text-sm font-normal whitespace-nowrap text-ink-soft">
                {group.chosen > 0 ? t("chosen", { count: group.chosen }) : group.tags.length}
              </span>
            </summary>
            <ul className="grid max-h-72 gap-x-4 overflow-y-auto pb-3 sm:grid-cols-2 xl:grid-cols-1">
              {group.tags.map((tag) => (
                <li key={tag.id}>
                  <label className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-1 hover:bg-sunken">
                    <input
                      type="checkbox"
                      name="tag"
                      value={tag.id}
                      key={String(chosen.includes(tag.id))}
                      defaultChecked={chosen.includes(tag.id)}
                      className="size-4.5 shrink-0 accent-brew"
                    />
                    <span className="min-w-0 flex-1">{labelOf(tag, locale)}</span>
                    {counts !== null && <span className="text-sm text-ink-soft">{countOf.get(tag.id) ?? 0}</span>}
                  </label>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}
