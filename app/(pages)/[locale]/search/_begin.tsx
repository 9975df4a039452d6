import { getLocale, getTranslations } from "next-intl/server";

import { AskBox } from "@/app/_components/ask-box";
import { Link } from "@/app/_i18n/routing";

/** Stands where nothing was asked yet. */
export async function Begin() {
  const [locale, t, home] = await Promise.all([getLocale(), getTranslations("search"), getTranslations("home")]);
  return (
    <div className="mx-auto max-w-3xl px-4 pt-10 sm:pt-16">
      <h1 className="text-3xl font-bold sm:text-4xl">{t("begin.title")}</h1>
      <p className="mt-3 text-ink-soft">{t("begin.text")}</p>
      <AskBox locale={locale} label={t("ask")} placeholder={t("placeholder")} submit={t("submit")} className="mt-6" />
      <h2 className="mt-10 text-xl font-bold">{t("begin.examples")}</h2>
      <ul className="mt-3 grid gap-2">
        {(home.raw("example") as string[]).map((text) => (
          <li key={text}>
            <Link
              href={{ pathname: "/search", query: { text } }}
              prefetch={false}
              className="inline-flex min-h-9 items-center"
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
