import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { Empty } from "@/app/_components/empty";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import type { Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { forMember } from "@/app/_lib/session";

import { ListCard } from "./_list-card";
import { NewList } from "./_new-list";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "lists" });
  const [title, description] = [t("title"), t("description")];
  return { title, description, alternates: alternates("/lists", locale), robots: { index: false } };
}

/** The member's lists, and a new one. */
export default async function ListsPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const t = await getTranslations("lists");
  const found = await forMember({ path: "/lists", locale }, (api) => api.GET("/lists"));
  return (
    <div className="mx-auto max-w-5xl px-4 pt-8 sm:pt-12">
      <h1 className="text-3xl font-bold sm:text-4xl">{t("title")}</h1>
      {!found.ok && <Trouble part problem={found.problem} />}
      {found.ok && (
        <>
          <p className="mt-1 text-ink-soft">{t("lead", { cap: found.data.cap, count: found.data.results.length })}</p>
          {found.data.results.length === 0 && <Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>}
          <ul className="mt-6 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3">
            {found.data.results.map((list) => (
              <li key={list.id}>
                <ListCard list={list} />
              </li>
            ))}
          </ul>
          <Messages of={["lists"]}>
            <NewList />
          </Messages>
        </>
      )}
    </div>
  );
}
