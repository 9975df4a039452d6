import type { Locale } from "@/app/_i18n/routing";

/** The name of a tag or dimension in the visitor's language. */
export function labelOf(named: { label: string; label_zh: string }, locale: Locale): string {
  return locale === "en" ? named.label : named.label_zh;
}

/** A distance as people say it: metres in tens below one kilometre, then kilometres. */
export function distanceLabel(metres: number, locale: Locale): string {
  const inKilometres = metres >= 995;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: inKilometres ? "kilometer" : "meter",
    maximumFractionDigits: inKilometres ? 1 : 0,
  }).format(inKilometres ? metres / 1000 : Math.round(metres / 10) * 10);
}
