import type { Metadata } from "next";
import { getFormatter, getTranslations, setRequestLocale } from "next-intl/server";

import { AccountCard } from "@/app/_components/account/card";
import { buttonClass } from "@/app/_components/button";
import { getPathname, type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { withNext } from "@/app/_lib/next-path";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<{ until?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.goodbye" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/goodbye", locale),
    robots: { index: false },
  };
}

/** What those see who have just asked for the deletion of their account. */
export default async function GoodbyePage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const { until: given } = await searchParams;
  const until = new Date(typeof given === "string" ? given : Number.NaN);
  const t = await getTranslations("account.goodbye");
  const format = await getFormatter();
  return (
    <AccountCard title={t("title")}>
      <p>{t("text")}</p>
      <p className="mt-3">
        {Number.isNaN(until.getTime())
          ? t("untilPlain")
          : t("until", { date: format.dateTime(until, { dateStyle: "long", timeStyle: "short" }) })}
      </p>
      <p className="mt-6 flex flex-wrap gap-3">
        <Link href="/shops" className={buttonClass("primary")}>
          {t("home")}
        </Link>
        <Link href={withNext("/sign-in", getPathname({ href: "/profile", locale }))} className={buttonClass("quiet")}>
          {t("signIn")}
        </Link>
      </p>
    </AccountCard>
  );
}
