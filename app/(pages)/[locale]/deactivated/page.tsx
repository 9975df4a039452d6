import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { AccountCard } from "@/app/_components/account/card";
import { SignOutButton } from "@/app/_components/account/sign-out-button";
import { Messages } from "@/app/_components/messages";
import { getPathname, type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.deactivated" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/deactivated", locale),
    robots: { index: false },
  };
}

/** Where those land whose account an operator has closed. */
export default async function DeactivatedPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const told = await loaded((await backend()).GET("/auth/consent"));
  const t = await getTranslations("account");
  return (
    <AccountCard title={t("deactivated.title")}>
      <p>{t("deactivated.text")}</p>
      {told.ok && <p className="mt-3">{t("deactivated.contact", { contact: told.data.contact })}</p>}
      <p className="mt-3">
        {t("deactivated.data")} <Link href="/profile/delete">{t("deactivated.delete")}</Link>
      </p>
      <div className="mt-6">
        <Messages of={["account"]}>
          <SignOutButton look="quiet" to={getPathname({ href: "/", locale })}>
            {t("signOut.here")}
          </SignOutButton>
        </Messages>
      </div>
    </AccountCard>
  );
}
