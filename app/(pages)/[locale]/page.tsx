import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import type { ReactNode } from "react";

import { AskBox } from "@/app/_components/ask-box";
import { buttonClass } from "@/app/_components/button";
import { NearMe } from "@/app/_components/find/near-me";
import { OpenNow } from "@/app/_components/home/open-now";
import { MoodPicture, Rings } from "@/app/_components/home/pictures";
import { Messages } from "@/app/_components/messages";
import { getPathname, type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { cityName } from "@/app/_lib/cities";
import { districtPath } from "@/app/_lib/district-path";
import { MODES } from "@/app/_lib/shop-query";

type Props = { params: Promise<{ locale: Locale }> };

/** Where most cafés are. */
const FIRST_CITIES = ["台北市", "新北市", "桃園市", "新竹市", "台中市", "台南市", "高雄市", "宜蘭縣"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "home" });
  return { description: t("lead"), alternates: alternates("/", locale) };
}

export default async function HomePage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const t = await getTranslations("home");
  const mode = await getTranslations("common.mode");
  return (
    <>
      <section className="relative overflow-hidden border-b border-line bg-linear-to-b from-paper to-brew-soft/60">
        <Rings className="pointer-events-none absolute -right-24 -bottom-24 size-80 text-brew max-lg:opacity-25 lg:top-8 lg:right-[max(2rem,calc(50%-34rem))] lg:bottom-auto lg:size-104" />
        <div className="relative mx-auto max-w-7xl px-4 pt-12 pb-14 sm:pt-20 sm:pb-20">
          <div className="lg:max-w-2xl">
            <h1 className="text-4xl font-bold sm:text-5xl">{t.rich("title", { whole: unbroken })}</h1>
            <p className="mt-4 max-w-xl text-lg text-ink-soft">{t("lead")}</p>
            <AskBox
              locale={locale}
              label={t("ask")}
              placeholder={t("placeholder")}
              submit={t("submit")}
              className="mt-8"
            />
            <h2 className="mt-5 mb-2 font-sans text-sm font-semibold text-ink-soft">{t("examples")}</h2>
            <ul className="flex flex-wrap gap-2">
              {(t.raw("example") as string[]).map((text) => (
                <li key={text}>
                  {/* As the form above: the browser shows that an answer is on its way. */}
                  <a
                    href={getPathname({ href: { pathname: "/search", query: { text } }, locale })}
                    className="inline-flex min-h-11 items-center rounded-full border border-line-strong bg-card/80 px-4 text-sm no-underline hover:bg-brew-soft"
                  >
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        </div>
      </section>
      <div className="mx-auto max-w-7xl px-4">
        <section aria-labelledby="moods" className="mt-12">
          <h2 id="moods" className="text-2xl font-bold">
            {t("modes")}
          </h2>
          <ul className="mt-4 grid gap-4 sm:grid-cols-3">
            {MODES.map((one) => (
              <li key={one}>
                <Link
                  href={{ pathname: "/shops", query: { mode: one } }}
                  className="group flex items-center gap-4 rounded-cup border border-line bg-card p-5 no-underline shadow-cup hover:border-brew"
                >
                  <span className="grid size-16 shrink-0 place-items-center rounded-full bg-brew-soft text-brew group-hover:bg-brew group-hover:text-brew-ink">
                    <MoodPicture mode={one} className="size-10" />
                  </span>
                  <span>
                    <span className="block font-display text-xl font-bold">{mode(one)}</span>
                    <span className="block text-sm text-ink-soft">{t(`modeText.${one}`)}</span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="live" className="mt-14">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <h2 id="live" className="text-2xl font-bold">
              {t("live.title")}
            </h2>
            <NearMe path="/shops" params={[["open_now", "true"]]} />
          </div>
          <Messages of={["home"]}>
            <OpenNow />
          </Messages>
        </section>
        <section
          aria-labelledby="how"
          className="mt-14 grid items-center gap-8 rounded-cup bg-sunken p-6 sm:p-10 lg:grid-cols-2"
        >
          <div>
            <h2 id="how" className="text-2xl font-bold sm:text-3xl">
              {t.rich("how.title", { whole: unbroken })}
            </h2>
            <p className="mt-3 text-lg text-ink-soft">{t("how.lead")}</p>
            <p className="mt-6">
              <Link href="/shops" className={buttonClass("quiet")}>
                {t("browse")}
              </Link>
            </p>
          </div>
          <figure>
            <div className="rotate-1 rounded-cup border border-line bg-card p-5 shadow-cup">
              <p className="text-sm text-ink-soft">{t("how.question")}</p>
              <p className="mt-2 flex items-center gap-3">
                <span className="grid size-9 place-items-center rounded-full bg-brew font-bold text-brew-ink">1</span>
                <span>
                  <span className="block font-display text-lg font-bold">{t("how.name")}</span>
                  <span className="block text-sm text-ink-soft">{t("how.place")}</span>
                </span>
              </p>
              <ul className="mt-3 grid gap-1 border-t border-line pt-3">
                {(["first", "second", "third"] as const).map((reason) => (
                  <li key={reason} className="flex gap-2">
                    <span aria-hidden="true" className="font-bold text-leaf">
                      ✓
                    </span>
                    <span>
                      <span className="font-semibold">{t(`how.because.${reason}.tag`)}</span>{" "}
                      <q className="text-sm text-ink-soft">{t(`how.because.${reason}.quote`)}</q>
                    </span>
                  </li>
                ))}
              </ul>
            </div>
            <figcaption className="mt-3 text-sm text-ink-soft">{t("how.note")}</figcaption>
          </figure>
        </section>
        <section aria-labelledby="places" className="mt-14">
          <h2 id="places" className="text-2xl font-bold">
            {t("places.title")}
          </h2>
          <ul className="mt-4 flex flex-wrap gap-2">
            {FIRST_CITIES.map((city) => (
              <li key={city}>
                <Link href={districtPath(city, "")} prefetch={false} className={buttonClass("quiet", "font-normal")}>
                  {cityName(city, locale)}
                </Link>
              </li>
            ))}
            <li>
              <Link href="/districts" prefetch={false} className={buttonClass("plain")}>
                {t("places.all")}
              </Link>
            </li>
          </ul>
        </section>
      </div>
    </>
  );
}

/** Chinese may break between any two characters: what belongs together says so. */
function unbroken(words: ReactNode) {
  return <span className="inline-block">{words}</span>;
}
