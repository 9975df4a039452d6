import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { Empty } from "@/app/_components/empty";
import { Trouble } from "@/app/_components/trouble";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { districtName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { districtPath } from "@/app/_lib/district-path";

import { loadAreas } from "./_areas";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "shop.districts" });
  return { title: t("title"), description: t("description"), alternates: alternates("/districts", locale) };
}

/** Every city and district that has cafés. */
export default async function DistrictsPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const t = await getTranslations("shop.districts");
  const areas = await loadAreas();
  if (!areas.ok) return <Trouble problem={areas.problem} />;
  return (
    <div className="mx-auto max-w-5xl px-4 pt-8 sm:pt-12">
      <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
      <p className="mt-2 text-lg text-ink-soft">{t("lead")}</p>
      {areas.data.length === 0 && <Empty title={t("none")} />}
      {areas.data.map(({ city, count, districts }) => (
        <section key={city} aria-labelledby={city} className="mt-10">
          <h2 id={city} className="text-xl font-bold">
            <Link href={districtPath(city, "")} className="no-underline hover:underline">
              {cityName(city, locale)}
            </Link>{" "}
            <span className="font-sans text-base font-normal text-ink-soft">{t("count", { count })}</span>
          </h2>
          <ul className="mt-3 flex flex-wrap gap-2">
            {districts.map((one) => (
              <li key={one.district}>
                <Link
                  href={districtPath(city, one.district)}
                  prefetch={false}
                  className="inline-flex min-h-11 items-center gap-2 rounded-full border border-line-strong bg-card px-4 no-underline hover:bg-brew-soft"
                >
                  {districtName(one, locale)}
                  <span className="text-sm text-ink-soft tabular-nums">{one.count}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
