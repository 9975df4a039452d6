import { getTranslations } from "next-intl/server";

import { LanguageSwitch } from "@/app/_components/language-switch";
import { ThemeSwitch } from "@/app/_components/theme";
import { Link } from "@/app/_i18n/routing";

/** What stands below every page. */
export async function Footer() {
  const t = await getTranslations("common.footer");
  return (
    <footer className="mt-16 border-t border-line bg-sunken">
      <div className="mx-auto flex max-w-7xl flex-col gap-4 px-4 py-8 text-sm text-ink-soft sm:flex-row sm:items-center">
        <p className="max-w-md">{t("note")}</p>
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2 sm:ms-auto">
          <Link href="/districts">{t("districts")}</Link>
          <Link href="/about">{t("about")}</Link>
          <Link href="/privacy">{t("privacy")}</Link>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </footer>
  );
}
