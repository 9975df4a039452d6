import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { NoticeText } from "@/app/_components/account/notice-text";
import { Notice } from "@/app/_components/notice";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";

type Props = { params: Promise<{ locale: Locale }> };

const KEPT = ["search", "menus", "photos", "browser", "counting", "errors", "mail", "leaving"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "pages.privacy" });
  return {
    title: t("title"),
    description: t("lead"),
    alternates: alternates("/privacy", locale),
  };
}

/** How CafeRoam deals with data: in plain words first, then what members agree to, word by word. */
export default async function PrivacyPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const told = await loaded((await backend()).GET("/auth/consent"));
  const notice = told.ok ? told.data.notices[locale] : undefined;
  const t = await getTranslations("pages.privacy");
  return (
    <article className="mx-auto max-w-3xl px-4 pt-8 sm:pt-14">
      <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
      <p className="mt-3 max-w-xl text-lg text-ink-soft">{t("lead")}</p>
      <h2 className="mt-10 text-2xl font-bold">{t("inShort")}</h2>
      <dl className="mt-4 grid gap-4 sm:grid-cols-2">
        {KEPT.map((id) => (
          <div key={id} className="rounded-cup border border-line bg-card p-5 shadow-cup">
            <dt className="font-display text-lg font-bold">{t(`kept.${id}.title`)}</dt>
            <dd className="mt-1">{t(`kept.${id}.text`)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-6">
        {t("yours")} <Link href="/profile">{t("toProfile")}</Link>
      </p>
      <h2 className="mt-12 text-2xl font-bold">{t("inFull")}</h2>
      {told.ok && notice ? (
        <>
          <p className="mt-2 text-ink-soft">{t("version", { version: told.data.version })}</p>
          <NoticeText sections={notice.sections} headings="h3" />
        </>
      ) : (
        <div className="mt-4">
          <Notice>{t("missing")}</Notice>
        </div>
      )}
    </article>
  );
}
