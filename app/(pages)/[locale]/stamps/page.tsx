import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { buttonClass } from "@/app/_components/button";
import { Empty } from "@/app/_components/empty";
import { Pager } from "@/app/_components/pager";
import { Trouble } from "@/app/_components/trouble";
import { Link, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { cursorIn } from "@/app/_lib/cursor";
import { type Loaded, loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { forMember } from "@/app/_lib/session";

import { Entry } from "./_entry";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<{ cursor?: string | string[] }> };

const PAGE = 24;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "checkin.passport" });
  const [title, description] = [t("title"), t("description")];
  return { title, description, alternates: alternates("/stamps", locale), robots: { index: false } };
}

/** The passport: every café that the member has a stamp of. */
export default async function StampsPage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const position = cursorIn(await searchParams);
  const t = await getTranslations("checkin.passport");
  let profile: Promise<Loaded<components["schemas"]["Profile"]>> | undefined;
  const found = await forMember({ path: "/stamps", locale }, (api) => {
    profile = loaded(api.GET("/profile"));
    return api.GET("/stamps", { params: { query: { group: "shop", limit: PAGE, ...position } } });
  });
  const member = await profile;
  return (
    <div className="mx-auto max-w-5xl px-4 pt-8 sm:pt-12">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div>
          <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
          <p className="mt-1 min-h-6 text-ink-soft">
            {member?.ok && member.data.counts.stamps > 0 && t("stampCount", { stamps: member.data.counts.stamps })}
          </p>
        </div>
        <Link href="/check-ins" className="inline-flex min-h-11 items-center underline">
          {t("history")}
        </Link>
      </div>
      {found.ok ? (
        <Passport page={found.data as components["schemas"]["PassportPage"]} isFirst={position.cursor === undefined} />
      ) : (
        <Trouble part problem={found.problem} />
      )}
    </div>
  );
}

async function Passport({ page, isFirst }: { page: components["schemas"]["PassportPage"]; isFirst: boolean }) {
  const t = await getTranslations("checkin.passport");
  if (page.results.length === 0 && isFirst) {
    const explore = (
      <Link href="/shops" className={buttonClass("primary")}>
        {t("explore")}
      </Link>
    );
    return (
      <Empty title={t("emptyTitle")} action={explore}>
        {t("emptyText")}
      </Empty>
    );
  }
  return (
    <>
      {page.results.length === 0 && <p className="mt-8 text-ink-soft">{t("end")}</p>}
      <ul className="mt-6 grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-5 lg:grid-cols-4">
        {page.results.map((entry) => (
          <li key={entry.shop_id}>
            <Entry entry={entry} />
          </li>
        ))}
      </ul>
      <Pager
        path="/stamps"
        next={page.next_cursor}
        isFirst={isFirst}
        older={t("older")}
        newest={t("newest")}
        label={t("title")}
      />
    </>
  );
}
