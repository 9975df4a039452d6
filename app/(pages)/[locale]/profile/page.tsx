import type { Metadata } from "next";
import { getFormatter, getTranslations, setRequestLocale } from "next-intl/server";

import { SignOutButton } from "@/app/_components/account/sign-out-button";
import { buttonClass } from "@/app/_components/button";
import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { getPathname, type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { forMember } from "@/app/_lib/session";

import { Avatar } from "./_avatar";
import { Counts } from "./_counts";
import { Export } from "./_export";
import { Name } from "./_name";
import { Preferences } from "./_preferences";
import { Section } from "./_section";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.profile" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/profile", locale),
    robots: { index: false },
  };
}

/** All that is the member's own, and all they may change. */
export default async function ProfilePage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const here = { path: "/profile", locale };
  const [found, exported] = await Promise.all([
    forMember(here, (api) => api.GET("/profile")),
    forMember(here, (api) => api.GET("/profile/export")),
  ]);
  if (!found.ok) return <Trouble problem={found.problem} />;
  const profile = found.data;
  const t = await getTranslations("account");
  const format = await getFormatter();
  const home = getPathname({ href: "/", locale });
  return (
    <div className="mx-auto max-w-2xl px-4 pt-8 sm:pt-12">
      <h1 className="text-3xl font-bold">{t("profile.title")}</h1>
      <p className="mt-1 text-ink-soft">
        {[
          profile.email,
          t("profile.memberSince", { date: format.dateTime(new Date(profile.created_at), { dateStyle: "long" }) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <Counts counts={profile.counts} />
      <Messages of={["account"]}>
        <Section title={t("profile.who")}>
          <Avatar given={profile.avatar} />
          <Name given={profile.display_name} />
        </Section>
        <Section title={t("profile.settings")}>
          <Preferences locale={profile.locale} weekly={profile.email_opt_in} email={profile.email} />
        </Section>
        <Section title={t("profile.access")}>
          <div className="flex flex-wrap gap-3">
            <SignOutButton look="quiet" to={home}>
              {t("signOut.here")}
            </SignOutButton>
            <Link href="/new-password" className={buttonClass("quiet")}>
              {t("profile.password")}
            </Link>
          </div>
          <div>
            <p className="mb-2 text-sm text-ink-soft">{t("signOut.hint")}</p>
            <SignOutButton scope="global" look="quiet" to={home}>
              {t("signOut.everywhere")}
            </SignOutButton>
          </div>
        </Section>
        <Section title={t("profile.data")}>
          <Export given={exported.ok ? exported.data : null} />
          <div className="border-t border-line pt-5">
            <h3 className="text-lg font-bold">{t("deletion.title")}</h3>
            <p className="text-ink-soft">{t("deletion.teaser")}</p>
            <p className="mt-3 flex flex-wrap items-center gap-x-6 gap-y-2">
              <Link href="/profile/delete" className={buttonClass("danger")}>
                {t("deletion.link")}
              </Link>
              <Link href="/privacy">{t("profile.privacy")}</Link>
            </p>
          </div>
        </Section>
      </Messages>
    </div>
  );
}
