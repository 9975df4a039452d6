import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { buttonClass } from "@/app/_components/button";
import { Empty } from "@/app/_components/empty";
import { Messages } from "@/app/_components/messages";
import { Pager } from "@/app/_components/pager";
import { Trouble } from "@/app/_components/trouble";
import { Link, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { cursorIn } from "@/app/_lib/cursor";
import { forMember } from "@/app/_lib/session";

import { History } from "./_history";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<{ cursor?: string | string[] }> };

const PAGE = 10;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "checkin.history" });
  const [title, description] = [t("title"), t("description")];
  return { title, description, alternates: alternates("/check-ins", locale), robots: { index: false } };
}

/** What the member has checked in, the newest first. */
export default async function CheckInsPage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const position = cursorIn(await searchParams);
  const isFirst = position.cursor === undefined;
  const t = await getTranslations("checkin.history");
  const found = await forMember({ path: "/check-ins", locale }, (api) =>
    api.GET("/checkins", { params: { query: { limit: PAGE, ...position } } }),
  );
  const explore = (
    <Link href="/shops" className={buttonClass("primary")}>
      {t("explore")}
    </Link>
  );
  return (
    <div className="mx-auto max-w-3xl px-4 pt-8 sm:pt-12">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div>
          <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
          <p className="mt-1 text-ink-soft">{t("lead")}</p>
        </div>
        <Link href="/stamps" className="inline-flex min-h-11 items-center underline">
          {t("stamps")}
        </Link>
      </div>
      {!found.ok && <Trouble part problem={found.problem} />}
      {found.ok && (
        <>
          <Messages of={["checkin"]}>
            <History checkIns={found.data.results} />
          </Messages>
          {found.data.results.length === 0 && !isFirst && <p className="text-ink-soft">{t("end")}</p>}
          {found.data.results.length === 0 && isFirst && (
            <Empty title={t("emptyTitle")} action={explore}>
              {t("emptyText")}
            </Empty>
          )}
          <Pager
            path="/check-ins"
            next={found.data.next_cursor}
            isFirst={isFirst}
            older={t("older")}
            newest={t("newest")}
            label={t("title")}
          />
        </>
      )}
    </div>
  );
}
