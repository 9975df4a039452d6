"use client";

import { useLocale, useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { Suspense } from "react";

import { Link, routing, usePathname } from "@/app/_i18n/routing";

/** The same page in the other language. */
export function LanguageSwitch() {
  return (
    <Suspense>
      <Switch />
    </Suspense>
  );
}

function Switch() {
  const t = useTranslations("common.language");
  const locale = useLocale();
  const query = useSearchParams().toString();
  const here = usePathname() + (query ? `?${query}` : "");
  return routing.locales
    .filter((other) => other !== locale)
    .map((other) => (
      <Link key={other} href={here} locale={other} lang={other === "en" ? "en" : "zh-Hant-TW"}>
        {t(other)}
      </Link>
    ));
}
