import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { redirect } from "next/navigation";

import { NoticeText } from "@/app/_components/account/notice-text";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { getPathname, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { nextPath, withNext } from "@/app/_lib/next-path";
import { loaded } from "@/app/_lib/problem";
import { forNewcomer } from "@/app/_lib/session";

import { ConsentForm } from "./_form";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<{ next?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.consent" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/consent", locale),
    robots: { index: false },
  };
}

/** What newcomers are told and asked. Who has agreed already goes on to next without seeing it. */
export default async function ConsentPage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const next = nextPath((await searchParams).next);
  const newcomer = await forNewcomer({ path: withNext("/consent", next), locale });
  if (!newcomer.ok) return <Trouble problem={newcomer.problem} />;
  if (newcomer.data === null) redirect(next);
  const told = await loaded((await backend()).GET("/auth/consent"));
  if (!told.ok) return <Trouble problem={told.problem} />;
  const notice = told.data.notices[locale] ?? { title: "", sections: [], questions: [] };
  const t = await getTranslations("account.consent");
  return (
    <div className="mx-auto max-w-3xl px-4 pt-8 sm:pt-14">
      <h1 id="told" className="text-3xl font-bold">
        {notice.title}
      </h1>
      <p className="mt-3 max-w-xl text-lg text-ink-soft">{t("lead")}</p>
      <NoticeText sections={notice.sections} />
      <Messages of={["account"]}>
        <ConsentForm
          version={told.data.version}
          questions={notice.questions}
          email={newcomer.data.email}
          next={next}
          home={getPathname({ href: "/", locale })}
        />
      </Messages>
    </div>
  );
}
