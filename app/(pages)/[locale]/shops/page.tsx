import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { buttonClass } from "@/app/_components/button";
import { Chips } from "@/app/_components/find/chips";
import { Filters } from "@/app/_components/find/filters";
import { NearMe } from "@/app/_components/find/near-me";
import { namedChips } from "@/app/_components/find/named-chips";
import { Empty } from "@/app/_components/empty";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { districtName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { hrefOf, one, parseShopQuery, type SearchParams, shopParams, type ShopQuery } from "@/app/_lib/shop-query";
import { loadDirectory } from "./_directory";
import { DirectoryList } from "./_list";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<SearchParams> };

const HERE = "/shops";

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { locale } = await params;
  const query = parseShopQuery(await searchParams);
  const t = await getTranslations({ locale, namespace: "search.directory" });
  const places = [query.city && cityName(query.city, locale), districtName(query, locale)].filter(Boolean);
  const place = locale === "en" ? places.toReversed().join(", ") : places.join("");
  return {
    title: place ? t("titleIn", { place }) : t("title"),
    description: t("description"),
    // What is filtered is no page of its own; places have their own pages.
    alternates: alternates(HERE, locale),
    ...(shopParams(query).length > 0 && { robots: { index: false, follow: true } }),
  };
}

export default async function DirectoryPage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const asked = await searchParams;
  const query = parseShopQuery(asked);
  const cursor = one(asked, "cursor", 2000);
  const t = await getTranslations("search.directory");
  const { page, dimensions, districts } = await loadDirectory(query, cursor, locale);
  const chips = await namedChips(query, dimensions, (without) => hrefOf(HERE, shopParams(without)));
  const facets = page.ok ? page.data.facets : null;
  return (
    <div className="mx-auto max-w-7xl px-4 pt-6">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-bold">{t("heading")}</h1>
          <p className="mt-1 text-ink-soft">{t("lead")}</p>
        </div>
        <Link href="/" className={buttonClass("quiet")}>
          {t("ask")}
        </Link>
      </div>
      <Messages of={["search", "lists"]}>
        <div className="mt-5 xl:grid xl:grid-cols-[17rem_minmax(0,1fr)] xl:gap-6">
          <div>
            <Filters
              path={HERE}
              query={query}
              facets={facets}
              dimensions={dimensions}
              districts={districts}
              hidden={placeOf(query)}
              withNameAndOrder
            />
          </div>
          <section aria-labelledby="found" className="mt-4 min-w-0 xl:mt-0">
            <div className="flex flex-wrap items-center justify-between gap-3">
              <h2 id="found" className="text-xl font-bold">
                <span role="status">{facets ? t("found", { count: facets.total }) : t("results")}</span>
              </h2>
              {query.near === "" && <NearMe path={HERE} params={shopParams({ ...query, bbox: null, order: null })} />}
            </div>
            <div className="mt-3 mb-4">
              <Chips
                label={t("set")}
                chips={chips}
                removeLabel={(await getTranslations("search.understood"))("remove")}
              >
                {chips.length > 1 && (
                  <Link href={HERE} className="inline-flex min-h-9 items-center px-2 text-sm">
                    {t("clear")}
                  </Link>
                )}
              </Chips>
            </div>
            {!page.ok && <Trouble part problem={page.problem} />}
            {page.ok && page.data.results.length === 0 && (
              <Empty title={t("emptyTitle")} action={<Link href={HERE}>{t("clear")}</Link>}>
                {chips.length > 0 && t("emptyText")}
              </Empty>
            )}
            {page.ok && page.data.results.length > 0 && (
              <>
                {cursor !== "" && (
                  <p className="mb-4">
                    <Link href={hrefOf(HERE, shopParams(query))}>{t("first")}</Link>
                  </p>
                )}
                <DirectoryList key={hrefOf(cursor, shopParams(query))} first={page.data} query={query} path={HERE} />
              </>
            )}
          </section>
        </div>
      </Messages>
    </div>
  );
}

/** What of a query no field of the form shows, and the form keeps. */
function placeOf(query: ShopQuery): [string, string][] {
  return shopParams(query).filter(([name]) => name === "near" || name === "bbox");
}
