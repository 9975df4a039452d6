import { getTranslations } from "next-intl/server";

import type { Locale } from "@/app/_i18n/routing";
import { areaName } from "@/app/_lib/cities";
import { picture, SIZE } from "@/app/_og/picture";

export const size = SIZE;
export const contentType = "image/png";

type Props = { params: Promise<{ locale: Locale; city: string; district: string }> };

export default async function DistrictPicture({ params }: Props) {
  const { locale, ...area } = await params;
  const city = decodeURIComponent(area.city);
  const district = decodeURIComponent(area.district);
  const t = await getTranslations({ locale });
  return picture({
    title: t("shop.districts.in", { area: areaName({ city, district }, locale) }),
    below: t("common.tagline"),
    name: t("common.name"),
  });
}
