import { createNavigation } from "next-intl/navigation";
import { defineRouting } from "next-intl/routing";

/** The site's languages; Chinese has no prefix in addresses. */
export const routing = defineRouting({
  locales: ["zh-TW", "en"],
  defaultLocale: "zh-TW",
  localePrefix: "as-needed",
});

export type Locale = (typeof routing.locales)[number];

/** Next's own, for paths without a language: they add it. */
export const { Link, redirect, usePathname, useRouter, getPathname } = createNavigation(routing);
