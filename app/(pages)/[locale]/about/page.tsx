import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { buttonClass } from "@/app/_components/button";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";

type Props = { params: Promise<{ locale: Locale }> };

const WAYS = ["ask", "why", "collect"] as const;
const SOURCES = ["cafenomad", "reviews", "members", "hours", "map"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "pages.about" });
  return {
    title: t("title"),
    description: t("lead"),
    alternates: alternates("/about", locale),
  };
}

/** What CafeRoam is, how it comes by what it says, and what it does not know. */
export default async function AboutPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const told = await loaded((await backend()).GET("/auth/consent"));
  const t = await getTranslations("pages.about");
  return (
    <article className="mx-auto max-w-3xl px-4 pt-8 sm:pt-14">
      <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
      <p className="mt-3 max-w-xl text-lg text-ink-soft">{t("lead")}</p>
      <ul className="mt-8 grid gap-4 sm:grid-cols-3">
        {WAYS.map((id) => (
          <li key={id} className="rounded-cup border border-line bg-card p-5 shadow-cup">
            <h2 className="text-lg font-bold">{t(`ways.${id}.title`)}</h2>
            <p className="mt-1">{t(`ways.${id}.text`)}</p>
          </li>
        ))}
      </ul>
      <h2 className="mt-12 text-2xl font-bold">{t("sourcesTitle")}</h2>
      <p className="mt-2">{t("sourcesLead")}</p>
      <dl className="mt-4 divide-y divide-line rounded-cup border border-line bg-card px-5 shadow-cup sm:px-7">
        {SOURCES.map((id) => (
          <div key={id} className="py-4 sm:grid sm:grid-cols-[10rem_1fr] sm:gap-6">
            <dt className="font-semibold">{t(`sources.${id}.title`)}</dt>
            <dd>{t(`sources.${id}.text`)}</dd>
          </div>
        ))}
      </dl>
      <h2 className="mt-12 text-2xl font-bold">{t("limitsTitle")}</h2>
      <p className="mt-2">{t("limits")}</p>
      <h2 className="mt-12 text-2xl font-bold">{t("contactTitle")}</h2>
      <p className="mt-2">{told.ok ? t("contact", { contact: told.data.contact }) : t("contactLater")}</p>
      <p className="mt-8 flex flex-wrap gap-3">
        <Link href="/shops" className={buttonClass("primary")}>
          {t("explore")}
        </Link>
        <Link href="/privacy" className={buttonClass("quiet")}>
          {t("privacy")}
        </Link>
      </p>
    </article>
  );
}
