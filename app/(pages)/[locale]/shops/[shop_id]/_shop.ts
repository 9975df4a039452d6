import "server-only";

import { cache } from "react";

import type { Locale } from "@/app/_i18n/routing";
import { backend } from "@/app/_lib/backend";
import { type Loaded, loaded, NOT_FOUND } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { isUuid } from "@/app/_lib/uuid";

export type ShopDetail = components["schemas"]["ShopDetail"];

/** A live café; asked for once, however many parts of the page need it. */
export const loadShop = cache(async (shopId: string): Promise<Loaded<ShopDetail>> => {
  if (!isUuid(shopId)) return { ok: false, problem: NOT_FOUND };
  const api = await backend();
  return loaded(api.GET("/shops/{shop_id}", { params: { path: { shop_id: shopId } } }));
});

/** The summary in the visitor's language, or in the other, or nothing. */
export function summaryOf(shop: Pick<ShopDetail, "summary_en" | "summary_zh">, locale: Locale): string {
  return locale === "en" ? shop.summary_en || shop.summary_zh : shop.summary_zh || shop.summary_en;
}
