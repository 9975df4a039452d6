import "server-only";

import { districtsOf } from "@/app/_components/find/districts-of";
import type { Locale } from "@/app/_i18n/routing";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";
import { apiParams, type ShopQuery } from "@/app/_lib/shop-query";

/** What the directory shows. Without its tags there are still cafés. */
export async function loadDirectory(query: ShopQuery, cursor: string, locale: Locale) {
  const api = await backend();
  const params = [...apiParams(query), ["facets", "true"], ...(cursor ? [["cursor", cursor]] : [])];
  const [page, taxonomy] = await Promise.all([
    loaded(api.GET("/shops", { querySerializer: () => new URLSearchParams(params).toString() })),
    loaded(api.GET("/taxonomy")),
  ]);
  return {
    page,
    dimensions: taxonomy.ok ? taxonomy.data.dimensions : [],
    districts: districtsOf(query.city, locale),
  };
}
