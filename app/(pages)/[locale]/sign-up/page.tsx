import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { Entrance, type EntranceQuery } from "@/app/_components/account/entrance";
import type { Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";

type Props = { params: Promise<{ locale: Locale }>; searchParams: EntranceQuery };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.signUp" });
  return {
    title: t("title"),
    description: t("lead"),
    alternates: alternates("/sign-up", locale),
    robots: { index: false },
  };
}

export default async function SignUpPage({ params, searchParams }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  return <Entrance mode="sign-up" query={searchParams} />;
}
