import type { Metadata } from "next";
import { getFormatter, getTranslations, setRequestLocale } from "next-intl/server";
import { redirect } from "next/navigation";

import { AccountCard } from "@/app/_components/account/card";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { getPathname, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { nextPath, withNext } from "@/app/_lib/next-path";
import { forMember } from "@/app/_lib/session";

import { RestoreActions } from "./_actions";

type Props = { params: Promise<{ locale: Locale }>; searchParams: Promise<{ next?: string | string[] }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.restore" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/restore", locale),
    robots: { index: false },
  };
}

/** Where those land who have asked for the deletion of their account: how it stands, and the way back. */
export default async function RestorePage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const next = nextPath((await searchParams).next);
  const found = await forMember({ path: withNext("/restore", next), locale }, (api) => api.GET("/profile/deletion"));
  if (!found.ok && found.problem.status === 404) redirect(next);
  if (!found.ok) return <Trouble problem={found.problem} />;
  const deletion = found.data;
  const t = await getTranslations("account.restore");
  const format = await getFormatter();
  const date = (at: string) => format.dateTime(new Date(at), { dateStyle: "long", timeStyle: "short" });
  const requested = date(deletion.requested_at);
  return (
    <AccountCard title={t("title")}>
      {deletion.can_be_restored ? (
        <>
          <p>{t("text", { requested, until: date(deletion.purge_after) })}</p>
          <p className="mt-3 text-ink-soft">{t("what")}</p>
        </>
      ) : (
        <p>{t("begun", { requested })}</p>
      )}
      <Messages of={["account"]}>
        <RestoreActions
          canBeRestored={deletion.can_be_restored}
          onward={withNext(getPathname({ href: "/consent", locale }), next)}
          home={getPathname({ href: "/", locale })}
        />
      </Messages>
    </AccountCard>
  );
}
