import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { notFound } from "next/navigation";
import { cache } from "react";

import { buttonClass } from "@/app/_components/button";
import { ShopCard } from "@/app/_components/shop-card";
import { Trouble } from "@/app/_components/trouble";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { districtName, fullAreaName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { districtPath } from "@/app/_lib/district-path";
import { labelOf } from "@/app/_lib/labels";
import { loaded } from "@/app/_lib/problem";

import { loadAreas } from "./_areas";

const ON_A_PAGE = 24;
const TAGS_SHOWN = 12;

/** A city, or with `district` one of its districts; both as the address has them, still encoded. */
export type AreaProps = {
  params: Promise<{ locale: Locale; city: string; district?: string }>;
  searchParams: Promise<{ after?: string | string[] }>;
};

async function readArea({ params, searchParams }: AreaProps) {
  const { locale, city, district } = await params;
  const { after } = await searchParams;
  return {
    locale,
    city: decodeURIComponent(city),
    district: district === undefined ? "" : decodeURIComponent(district),
    cursor: typeof after === "string" && after !== "" ? after : undefined,
  };
}

const loadCafes = cache(async (city: string, district: string, cursor: string | undefined) => {
  const api = await backend();
  const filters = { city, ...(district && { district }), ...(cursor && { cursor }) };
  const query = { ...filters, order: "rating", limit: ON_A_PAGE, facets: cursor === undefined } as const;
  return loaded(api.GET("/shops", { params: { query } }));
});

/** The head of a page of an area. Pages after the first are for people, not for search engines. */
export async function areaMetadata(props: AreaProps): Promise<Metadata> {
  const { locale, city, district, cursor } = await readArea(props);
  const t = await getTranslations({ locale, namespace: "shop.districts" });
  const area = fullAreaName({ city, district }, locale);
  const title = t("in", { area });
  const found = await loadCafes(city, district, cursor);
  const count = found.ok ? found.data.facets?.total : undefined;
  return {
    title,
    ...(count !== undefined && { description: t("inDescription", { area, count }) }),
    alternates: alternates(districtPath(city, district), locale),
    ...(cursor !== undefined && { robots: { index: false, follow: true } }),
  };
}

/** The cafés of a city or district, the best rated first, and the way on to its neighbours. */
export async function AreaPage(props: AreaProps) {
  const { locale, city, district, cursor } = await readArea(props);
  setRequestLocale(locale);
  const [found, areas, taxonomy] = await Promise.all([
    loadCafes(city, district, cursor),
    loadAreas(),
    backend().then((api) => loaded(api.GET("/taxonomy"))),
  ]);
  if (!found.ok) return <Trouble problem={found.problem} />;
  if (found.data.results.length === 0 && cursor === undefined) notFound();
  const t = await getTranslations("shop.districts");
  const { results, next_cursor: next, facets } = found.data;
  const names = taxonomy.ok ? taxonomy.data.dimensions.flatMap((dimension) => dimension.tags) : [];
  const popular = (facets?.tags ?? [])
    .toSorted((one, other) => other.count - one.count)
    .slice(0, TAGS_SHOWN)
    .flatMap(({ id, count }) => names.filter((tag) => tag.id === id).map((tag) => ({ ...tag, count })));
  const neighbours = areas.ok ? (areas.data.find((one) => one.city === city)?.districts ?? []) : [];
  const here = districtPath(city, district);
  return (
    <div className="mx-auto max-w-5xl px-4 pt-8 sm:pt-12">
      <nav aria-label={t("all")} className="text-sm">
        <Link href="/districts">{t("all")}</Link>
        {district && (
          <>
            {" › "}
            <Link href={districtPath(city, "")}>{cityName(city, locale)}</Link>
          </>
        )}
      </nav>
      <h1 className="mt-2 text-3xl font-bold sm:text-4xl">
        {t("in", { area: fullAreaName({ city, district }, locale) })}
      </h1>
      {facets && <p className="mt-2 text-lg text-ink-soft">{t("count", { count: facets.total })}</p>}
      {popular.length > 0 && (
        <section aria-labelledby="popular" className="mt-6">
          <h2 id="popular" className="text-sm font-semibold text-ink-soft">
            {t("popular")}
          </h2>
          <ul className="mt-2 flex flex-wrap gap-2">
            {popular.map((tag) => (
              <li key={tag.id}>
                <Link
                  href={{ pathname: "/shops", query: { city, ...(district && { district }), tag: tag.id } }}
                  prefetch={false}
                  rel="nofollow"
                  className="inline-flex min-h-11 items-center gap-2 rounded-full bg-brew-soft px-4 no-underline hover:underline"
                >
                  {labelOf(tag, locale)} <span className="text-sm text-ink-soft tabular-nums">{tag.count}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <h2 className="sr-only">{t("list")}</h2>
      <ul className="mt-8 grid gap-4 sm:grid-cols-2 [&_article]:h-full">
        {results.map((shop) => (
          <li key={shop.id}>
            <ShopCard shop={shop} />
          </li>
        ))}
      </ul>
      {(next !== null || cursor !== undefined) && (
        <p className="mt-8 flex justify-center gap-3">
          {cursor !== undefined && (
            <Link href={here} className={buttonClass("plain")}>
              {t("first")}
            </Link>
          )}
          {next !== null && (
            <Link href={{ pathname: here, query: { after: next } }} rel="nofollow" className={buttonClass("quiet")}>
              {t("next")}
            </Link>
          )}
        </p>
      )}
      {neighbours.length > 0 && (
        <section aria-labelledby="others" className="mt-12">
          <h2 id="others" className="text-xl font-bold">
            {t("others", { city: cityName(city, locale) })}
          </h2>
          <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1">
            {neighbours
              .filter((one) => one.district !== district)
              .map((one) => (
                <li key={one.district}>
                  <Link
                    href={districtPath(city, one.district)}
                    prefetch={false}
                    className="inline-flex min-h-9 items-center"
                  >
                    {districtName(one, locale)}
                  </Link>{" "}
                  <span className="text-sm text-ink-soft tabular-nums">{one.count}</span>
                </li>
              ))}
          </ul>
        </section>
      )}
    </div>
  );
}
