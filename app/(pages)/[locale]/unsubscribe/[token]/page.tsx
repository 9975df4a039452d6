import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";

import { AccountCard } from "@/app/_components/account/card";
import { Messages } from "@/app/_components/messages";
import { type Locale, Link, routing } from "@/app/_i18n/routing";

import { UnsubscribeForm } from "./_form";

type Props = { params: Promise<{ locale: Locale; token: string }> };

/** The address has a secret in it: nothing may point here. */
export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "pages.unsubscribe" });
  return {
    title: t("title"),
    description: t("text"),
    robots: { index: false, follow: false },
    referrer: "no-referrer",
  };
}

/** Where the link in the weekly email leads. Looking at it changes nothing: programs that look for harm do so too. */
export default async function UnsubscribePage({ params }: Props) {
  const { locale, token } = await params;
  setRequestLocale(locale);
  const other = routing.locales.find((one) => one !== locale) ?? locale;
  const t = await getTranslations("pages.unsubscribe");
  const inOther = await getTranslations({ locale: other, namespace: "pages.unsubscribe" });
  return (
    <AccountCard title={t("title")}>
      <Messages of={["pages"]}>
        <UnsubscribeForm token={token} />
      </Messages>
      <p lang={other === "en" ? "en" : "zh-Hant-TW"} className="mt-6 border-t border-line pt-4 text-sm">
        <Link href={`/unsubscribe/${token}`} locale={other} prefetch={false} className="inline-block py-1.5">
          {inOther("title")}
        </Link>
      </p>
    </AccountCard>
  );
}
