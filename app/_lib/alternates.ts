import type { Metadata } from "next";

import { getPathname, type Locale } from "@/app/_i18n/routing";

/** The canonical address of a page (its path without a language), and its twins in each language. */
export function alternates(path: string, locale: Locale): NonNullable<Metadata["alternates"]> {
  const inLocale = (other: Locale) => getPathname({ href: path, locale: other });
  return {
    canonical: inLocale(locale),
    languages: { "zh-Hant-TW": inLocale("zh-TW"), en: inLocale("en"), "x-default": inLocale("zh-TW") },
  };
}
