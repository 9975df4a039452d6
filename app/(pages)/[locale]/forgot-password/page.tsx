import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { AccountCard } from "@/app/_components/account/card";
import { Messages } from "@/app/_components/messages";
import { type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";

import { ForgotForm } from "./_form";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.forgot" });
  return {
    title: t("title"),
    description: t("lead"),
    alternates: alternates("/forgot-password", locale),
    robots: { index: false },
  };
}

export default async function ForgotPasswordPage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const t = await getTranslations("account.forgot");
  return (
    <AccountCard title={t("title")} lead={t("lead")}>
      <Messages of={["account"]}>
        <ForgotForm />
      </Messages>
      <p className="mt-5 text-sm">
        <Link href="/sign-in" className="inline-block py-1.5">
          {t("back")}
        </Link>
      </p>
    </AccountCard>
  );
}
