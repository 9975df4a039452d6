import { getTranslations, setRequestLocale } from "next-intl/server";

import { AskBox } from "@/app/_components/ask-box";
import { type Locale, Link } from "@/app/_i18n/routing";

const MODES = ["work", "rest", "social"] as const;

export default async function HomePage({ params }: { params: Promise<{ locale: Locale }> }) {
  const { locale } = await params;
  setRequestLocale(locale);
  const t = await getTranslations("home");
  const mode = await getTranslations("common.mode");
  return (
    <div className="mx-auto max-w-3xl px-4 pt-10 sm:pt-20">
      <h1 className="text-3xl font-bold sm:text-5xl">{t("title")}</h1>
      <p className="mt-4 max-w-xl text-lg text-ink-soft">{t("lead")}</p>
      <AskBox locale={locale} label={t("ask")} placeholder={t("placeholder")} submit={t("submit")} className="mt-8" />
      <h2 className="sr-only">{t("examples")}</h2>
      <ul className="mt-4 flex flex-wrap gap-2">
        {(t.raw("example") as string[]).map((text) => (
          <li key={text}>
            <Link
              href={{ pathname: "/search", query: { text } }}
              prefetch={false}
              className="inline-flex min-h-11 items-center rounded-full border border-line-strong px-4 text-sm no-underline hover:bg-brew-soft"
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
      <h2 className="mt-14 text-xl font-bold">{t("modes")}</h2>
      <ul className="mt-4 grid gap-4 sm:grid-cols-3">
        {MODES.map((one) => (
          <li key={one}>
            <Link
              href={{ pathname: "/shops", query: { mode: one } }}
              className="block rounded-cup border border-line bg-card p-5 no-underline shadow-cup hover:border-line-strong"
            >
              <span className="font-display text-lg font-bold">{mode(one)}</span>
              <span className="block text-sm text-ink-soft">{t(`modeText.${one}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <p className="mt-10">
        <Link href="/shops">{t("browse")}</Link>
      </p>
    </div>
  );
}
