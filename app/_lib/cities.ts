import type { Locale } from "@/app/_i18n/routing";

const IN_ENGLISH = {
  台北市: "Taipei",
  新北市: "New Taipei",
  基隆市: "Keelung",
  桃園市: "Taoyuan",
  新竹市: "Hsinchu City",
  新竹縣: "Hsinchu County",
  苗栗縣: "Miaoli",
  台中市: "Taichung",
  彰化縣: "Changhua",
  南投縣: "Nantou",
  雲林縣: "Yunlin",
  嘉義市: "Chiayi City",
  嘉義縣: "Chiayi County",
  台南市: "Tainan",
  高雄市: "Kaohsiung",
  屏東縣: "Pingtung",
  宜蘭縣: "Yilan",
  花蓮縣: "Hualien",
  台東縣: "Taitung",
  澎湖縣: "Penghu",
  金門縣: "Kinmen",
  連江縣: "Lienchiang",
} as const;

/** Cities and counties as cafés have them, from the north around the island. */
export const CITIES: readonly string[] = Object.keys(IN_ENGLISH);

/** A city's name for a visitor; one that we do not know keeps the name it has. */
export function cityName(city: string, locale: Locale): string {
  return locale === "en" && Object.hasOwn(IN_ENGLISH, city) ? IN_ENGLISH[city as keyof typeof IN_ENGLISH] : city;
}

/** Where something is, as a visitor reads it: 台北市大安區, or 大安區, Taipei. */
export function areaName(area: { city: string; district: string }, locale: Locale): string {
  if (locale !== "en") return area.city + area.district;
  return [area.district, cityName(area.city, locale)].filter((part) => part !== "").join(", ");
}
