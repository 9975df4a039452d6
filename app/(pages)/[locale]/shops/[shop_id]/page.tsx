import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { notFound } from "next/navigation";

import { Messages } from "@/app/_components/messages";
import { OpenBadge } from "@/app/_components/open-badge";
import { Stamp } from "@/app/_components/stamp";
import { Trouble } from "@/app/_components/trouble";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { districtName, fullAreaName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { districtPath } from "@/app/_lib/district-path";

import { Actions } from "./_actions";
import { Facts } from "./_facts";
import { Hours } from "./_hours";
import { JsonLd } from "./_json-ld";
import { Menu } from "./_menu";
import { Modes } from "./_modes";
import { Photos } from "./_photos";
import { loadShop, summaryOf } from "./_shop";
import { Tags } from "./_tags";

type Props = { params: Promise<{ locale: Locale; shop_id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale, shop_id: shopId } = await params;
  const found = await loadShop(shopId);
  if (!found.ok) return found.problem.status === 404 ? notFound() : {};
  const shop = found.data;
  const t = await getTranslations({ locale, namespace: "shop" });
  const place = districtName(shop, locale) || cityName(shop.city, locale);
  const title = place ? t("title", { name: shop.name, place }) : shop.name;
  const description = summaryOf(shop, locale) || t("description", { name: shop.name, address: shop.address });
  return {
    title,
    description,
    alternates: alternates(`/shops/${shop.id}`, locale),
  };
}

/** All there is to say of one café. */
export default async function ShopPage({ params }: Props) {
  const { locale, shop_id: shopId } = await params;
  setRequestLocale(locale);
  const found = await loadShop(shopId);
  if (!found.ok) return found.problem.status === 404 ? notFound() : <Trouble problem={found.problem} />;
  const shop = found.data;
  const t = await getTranslations("shop");
  const summary = summaryOf(shop, locale);
  return (
    <article className="mx-auto max-w-5xl px-4 pt-6 sm:pt-10">
      <JsonLd shop={shop} locale={locale} />
      <header className="flex flex-col gap-5 sm:flex-row sm:items-start">
        <Stamp
          shopId={shop.id}
          size={128}
          loading="eager"
          className="size-24 shrink-0 rounded-full bg-sunken sm:size-32"
        />
        <div className="min-w-0 flex-1">
          <p className="text-sm text-ink-soft">
            {shop.city && <Link href={districtPath(shop.city, shop.district)}>{fullAreaName(shop, locale)}</Link>}
            {shop.rating !== null && (
              <>
                {shop.city && " · "}
                <span role="img" aria-label={t("rated", { rating: shop.rating.toFixed(1) })}>
                  ★ {shop.rating.toFixed(1)}
                </span>
                {shop.rating_count > 0 && ` ${t("ratings", { count: shop.rating_count })}`}
              </>
            )}
          </p>
          <h1 className="mt-1 text-3xl font-bold sm:text-4xl">{shop.name}</h1>
          <p className="mt-2">
            <OpenBadge isOpenNow={shop.is_open_now} nextChangeAt={shop.next_change_at} />
          </p>
          {summary && <p className="mt-3 max-w-2xl text-lg text-ink-soft">{summary}</p>}
        </div>
      </header>
      <Messages of={["shop", "lists"]}>
        <Actions shopId={shop.id} shopName={shop.name} />
      </Messages>
      <Photos photos={shop.photos} name={shop.name} />
      <div className="mt-10 grid gap-10 lg:grid-cols-[1fr_20rem]">
        <div className="flex min-w-0 flex-col gap-10">
          <Modes modes={shop.modes} />
          <Tags tags={shop.tags} />
          <Menu items={shop.menu} />
          {shop.description && (
            <section aria-labelledby="about">
              <h2 id="about" className="text-xl font-bold">
                {t("about")}
              </h2>
              <p className="mt-3 whitespace-pre-line text-ink-soft">{shop.description}</p>
            </section>
          )}
        </div>
        <aside className="flex flex-col gap-8">
          <Hours hours={shop.hours} raw={shop.opening_hours_raw} />
          <Facts shop={shop} />
        </aside>
      </div>
    </article>
  );
}
