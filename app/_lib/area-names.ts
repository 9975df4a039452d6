import "server-only";

import { districtNames } from "@/app/_components/map/outlines";
import type { Locale } from "@/app/_i18n/routing";
import { areaName, CITIES } from "@/app/_lib/cities";

type Area = { city: string; district: string };

let inEnglish: ReadonlyMap<string, string> | undefined;

/** The district's name for a visitor: 大安區, or Da’an 大安區, as the signs there have it. */
export function districtName(area: Area, locale: Locale): string {
  const en = locale === "en" && english(area);
  return en ? `${en} ${area.district}` : area.district;
}

/** Where something is, for a heading: 台北市大安區, or Da’an 大安區, Taipei. */
export function fullAreaName(area: Area, locale: Locale): string {
  return areaName({ ...area, district: districtName(area, locale) }, locale);
}

/** Whether Taiwan has this city, or where one is named, this district in it. */
export function isArea(area: Area): boolean {
  return area.district === "" ? CITIES.includes(area.city) : english(area) !== undefined;
}

function english({ city, district }: Area): string | undefined {
  inEnglish ??= new Map(districtNames().map((one) => [one.city + one.district, one.en]));
  return inEnglish.get(city + district);
}
