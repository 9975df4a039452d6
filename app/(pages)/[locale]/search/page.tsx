import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { AskBox } from "@/app/_components/ask-box";
import { Trouble } from "@/app/_components/trouble";
import type { Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";
import { parseSearchQuery, searchApiParams, searchParams, TEXT_AT_MOST } from "@/app/_lib/search-query";
import { forMember, readSession } from "@/app/_lib/session";
import { hrefOf, one, type SearchParams } from "@/app/_lib/shop-query";
import { Answer } from "./_answer";
import { Begin } from "./_begin";
import { Guest } from "./_guest";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<SearchParams> };

const HERE = "/search";

export async function generateMetadata({ params, searchParams: asked }: Props): Promise<Metadata> {
  const { locale } = await params;
  const { text } = parseSearchQuery(await asked);
  const t = await getTranslations({ locale, namespace: "search" });
  return {
    title: text ? t("title", { text }) : t("titleEmpty"),
    description: t("description"),
    alternates: alternates(HERE, locale),
    robots: { index: false },
  };
}

export default async function SearchPage({ params, searchParams: asked }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const given = await asked;
  const query = parseSearchQuery(given);
  if (query.text === "") return <Begin />;
  const path = hrefOf(HERE, searchParams(query));
  if ((await readSession()).state === "none") return <Guest text={query.text} path={path} />;
  const t = await getTranslations("search");
  const ask = (
    <AskBox locale={locale} label={t("ask")} placeholder={t("placeholder")} submit={t("submit")} text={query.text} />
  );
  if ([...query.text].length > TEXT_AT_MOST) {
    return (
      <div className="mx-auto max-w-3xl px-4 pt-8">
        <h1 className="text-2xl font-bold">{t("titleEmpty")}</h1>
        <p className="mt-2 mb-4 font-semibold text-brick">{t("tooLong", { count: TEXT_AT_MOST })}</p>
        {ask}
      </div>
    );
  }
  const cursor = one(given, "cursor", 4000);
  const pairs = new URLSearchParams([...searchApiParams(query), ...(cursor ? [["cursor", cursor]] : [])]);
  const [answer, taxonomy] = await Promise.all([
    forMember({ path, locale }, (api) =>
      api.GET("/search", { params: { query: { text: query.text } }, querySerializer: () => pairs.toString() }),
    ),
    loaded((await backend()).GET("/taxonomy")),
  ]);
  return (
    <div className="mx-auto max-w-7xl px-4 pt-6">
      <div className="max-w-3xl">{ask}</div>
      {/* The question stands right above, for those who see. */}
      <h1 className="sr-only">{t("heading", { text: query.text })}</h1>
      {answer.ok ? (
        <Answer
          answer={answer.data}
          dimensions={taxonomy.ok ? taxonomy.data.dimensions : []}
          query={query}
          path={HERE}
          cursor={cursor}
          locale={locale}
        />
      ) : (
        <Trouble part problem={answer.problem} />
      )}
    </div>
  );
}
