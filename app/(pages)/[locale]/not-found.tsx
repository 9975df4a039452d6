import { useTranslations } from "next-intl";

import { buttonClass } from "@/app/_components/button";
import { Mark } from "@/app/_components/mark";
import { Link } from "@/app/_i18n/routing";

/** Stands where nothing is. */
export default function NotFound() {
  const t = useTranslations("common");
  return (
    <div className="mx-auto flex max-w-xl flex-col items-center px-4 py-20 text-center">
      <Mark className="size-24 text-line-strong" />
      <h1 className="mt-6 text-3xl font-bold">{t("notFound.title")}</h1>
      <p className="mt-3 text-ink-soft">{t("notFound.text")}</p>
      <p className="mt-8 flex flex-wrap justify-center gap-3">
        <Link href="/" className={buttonClass("primary")}>
          {t("notFound.back")}
        </Link>
        <Link href="/shops" className={buttonClass("quiet")}>
          {t("nav.explore")}
        </Link>
      </p>
    </div>
  );
}
