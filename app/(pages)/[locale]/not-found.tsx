import { useTranslations } from "next-intl";

import { Link } from "@/app/_i18n/routing";

export default function NotFound() {
  const t = useTranslations("common.notFound");
  return (
    <div className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-3xl font-bold">{t("title")}</h1>
      <p className="mt-3 text-ink-soft">{t("text")}</p>
      <p className="mt-8">
        <Link href="/">{t("back")}</Link>
      </p>
    </div>
  );
}
