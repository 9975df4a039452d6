import "server-only";

import { getLocale, getTranslations } from "next-intl/server";

import type { Chip } from "@/app/_components/find/chips";
import type { Dimensions } from "@/app/_components/find/filters";
import { districtName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { labelOf } from "@/app/_lib/labels";
import { shopChips, type ShopChip, type ShopQuery } from "@/app/_lib/shop-query";

/** The chips of a query in the visitor's language; `hrefOf` says where a query leads. */
export async function namedChips(
  query: ShopQuery,
  dimensions: Dimensions,
  hrefOf: (without: ShopQuery) => string,
): Promise<Chip[]> {
  const [locale, t, mode] = await Promise.all([
    getLocale(),
    getTranslations("search.chip"),
    getTranslations("common.mode"),
  ]);
  const tags = new Map(dimensions.flatMap((dimension) => dimension.tags).map((tag) => [tag.id, tag]));
  function named({ kind, value }: ShopChip): string {
    switch (kind) {
      case "q":
        return t("q", { value });
      case "near":
      case "bbox":
      case "openNow":
        return t(kind);
      case "city":
        return cityName(value, locale);
      case "mode":
        return query.mode ? mode(query.mode) : value;
      case "tag": {
        const tag = tags.get(value);
        return tag ? labelOf(tag, locale) : value;
      }
      case "district":
        return districtName({ city: query.city, district: value }, locale);
    }
  }
  return shopChips(query).map((chip) => ({
    key: `${chip.kind} ${chip.value}`,
    label: named(chip),
    href: hrefOf(chip.without),
  }));
}
