import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { AccountCard } from "@/app/_components/account/card";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import type { Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { forSignedIn } from "@/app/_lib/session";

import { NewPasswordForm } from "./_form";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.newPassword" });
  return {
    title: t("title"),
    description: t("leadPlain"),
    alternates: alternates("/new-password", locale),
    robots: { index: false },
  };
}

/** For whoever has signed in, or has come by the link in a mail, which signs in as well. */
export default async function NewPasswordPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const signedIn = await forSignedIn({ path: "/new-password", locale });
  if (!signedIn.ok) return <Trouble problem={signedIn.problem} />;
  const { email } = signedIn.data;
  const t = await getTranslations("account.newPassword");
  return (
    <AccountCard title={t("title")} lead={email === null ? t("leadPlain") : t("lead", { email })}>
      <Messages of={["account"]}>
        <NewPasswordForm email={email ?? ""} />
      </Messages>
    </AccountCard>
  );
}
