import { useTranslations } from "next-intl";

import { AccountLink } from "@/app/_components/account-link";
import { Mark } from "@/app/_components/mark";
import { NavLink } from "@/app/_components/nav-link";
import { Link } from "@/app/_i18n/routing";

/** The bar on top of every page. On a phone what is the member's own is behind a button. */
export function Header() {
  const t = useTranslations("common");
  const place =
    "inline-flex min-h-11 items-center rounded-full px-2 no-underline hover:bg-sunken aria-[current=page]:bg-sunken sm:px-3";
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-paper/95 backdrop-blur">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-2 px-4 py-1.5 sm:gap-x-4">
        <Link href="/" aria-label={t("nav.home")} className="inline-flex min-h-11 items-center gap-2 no-underline">
          <Mark className="size-8 text-brew" />
          <span className="font-display text-xl font-bold">{t("name")}</span>
        </Link>
        <nav aria-label={t("nav.label")} className="ms-auto flex items-center text-sm sm:text-base">
          <NavLink href="/shops" className={place}>
            {t("nav.explore")}
          </NavLink>
          <AccountLink className={place} />
        </nav>
      </div>
    </header>
  );
}
