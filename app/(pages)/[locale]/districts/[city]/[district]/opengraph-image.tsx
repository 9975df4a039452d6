import { getTranslations } from "next-intl/server";

import type { Locale } from "@/app/_i18n/routing";
import { fullAreaName, isArea } from "@/app/_lib/area-names";
import { picture, SIZE } from "@/app/_og/picture";

export const size = SIZE;
export const contentType = "image/png";

type Props = { params: Promise<{ locale: Locale; city: string; district: string }> };

export default async function DistrictPicture({ params }: Props) {
  const { locale, ...asked } = await params;
  const area = { city: decodeURIComponent(asked.city), district: decodeURIComponent(asked.district) };
  const t = await getTranslations({ locale });
  // Nobody gets a picture with words of their own below our name.
  const [title, below] = isArea(area)
    ? [t("shop.districts.in", { area: fullAreaName(area, locale) }), t("common.tagline")]
    : [t("common.tagline"), ""];
  return picture({ title, below, name: t("common.name") });
}
