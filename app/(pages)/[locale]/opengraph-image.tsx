import { getTranslations } from "next-intl/server";

import type { Locale } from "@/app/_i18n/routing";
import { picture, SIZE } from "@/app/_og/picture";

export const size = SIZE;
export const contentType = "image/png";

export default async function SitePicture({ params }: { params: Promise<{ locale: Locale }> }) {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "common" });
  return picture({ title: t("tagline"), below: "", name: t("name") });
}
