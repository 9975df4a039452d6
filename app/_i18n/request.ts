import { hasLocale } from "next-intl";
import { getRequestConfig } from "next-intl/server";
import { locale as localeOfPath } from "next/root-params";

import { NAMESPACES } from "@/app/_i18n/namespaces";
import { routing } from "@/app/_i18n/routing";

// Asked of the path itself, and not what `setRequestLocale` was told: loading pages are rendered before anything tells it,
// and what is read once of a request's texts stays for all of it.
export default getRequestConfig(async ({ locale }) => {
  const asked = locale ?? (await localeOfPath());
  const known = hasLocale(routing.locales, asked) ? asked : routing.defaultLocale;
  const files = await Promise.all(NAMESPACES.map((name) => import(`./messages/${known}/${name}.json`)));
  const messages = Object.fromEntries(NAMESPACES.map((name, index) => [name, files[index].default]));
  return { locale: known, messages, timeZone: "Asia/Taipei" };
});
