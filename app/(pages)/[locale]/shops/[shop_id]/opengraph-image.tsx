import { getTranslations } from "next-intl/server";

import type { Locale } from "@/app/_i18n/routing";
import { fullAreaName } from "@/app/_lib/area-names";
import { labelOf } from "@/app/_lib/labels";
import { picture, SIZE } from "@/app/_og/picture";

import { loadShop } from "./_shop";

export const size = SIZE;
export const contentType = "image/png";

const TAGS_SHOWN = 3;

export default async function ShopPicture({ params }: { params: Promise<{ locale: Locale; shop_id: string }> }) {
  const { locale, shop_id: shopId } = await params;
  const t = await getTranslations({ locale, namespace: "common" });
  const found = await loadShop(shopId);
  if (!found.ok) return picture({ title: t("tagline"), below: "", name: t("name") });
  const { name, tags } = found.data;
  const below = [fullAreaName(found.data, locale), ...tags.slice(0, TAGS_SHOWN).map((tag) => labelOf(tag, locale))];
  return picture({ title: name, below: below.filter(Boolean).join(" · "), name: t("name") });
}
