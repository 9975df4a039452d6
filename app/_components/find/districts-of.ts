import "server-only";

import { districtNames } from "@/app/_components/map/outlines";
import type { Locale } from "@/app/_i18n/routing";

/** The districts of a city, with their names as a visitor reads them. */
export function districtsOf(city: string, locale: Locale): { district: string; name: string }[] {
  return districtNames()
    .filter((one) => one.city === city)
    .map(({ district, en }) => ({ district, name: locale === "en" ? `${en} ${district}` : district }))
    .toSorted((one, other) => one.name.localeCompare(other.name, locale));
}
