import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { redirect } from "next/navigation";

import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { getPathname, type Locale, Link } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { forMember, forSignedIn } from "@/app/_lib/session";

import { DeletionForm } from "./_form";

type Props = { params: Promise<{ locale: Locale }> };

const STEPS = ["now", "later", "end"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "account.deletion" });
  return {
    title: t("title"),
    description: t("description"),
    alternates: alternates("/profile/delete", locale),
    robots: { index: false },
  };
}

/** What happens to an account that is deleted, and the question. Open to whoever has signed in, whatever they may do. */
export default async function DeletePage({ params }: Props) {
  const { locale } = await params;
  setRequestLocale(locale);
  const here = { path: "/profile/delete", locale };
  const [signedIn, deletion] = await Promise.all([
    forSignedIn(here),
    forMember(here, (api) => api.GET("/profile/deletion")),
  ]);
  if (!signedIn.ok) return <Trouble problem={signedIn.problem} />;
  if (deletion.ok) redirect(getPathname({ href: "/restore", locale }));
  if (deletion.problem.status !== 404) return <Trouble problem={deletion.problem} />;
  const t = await getTranslations("account.deletion");
  const { email, hasPassword } = signedIn.data;
  return (
    <div className="mx-auto max-w-xl px-4 pt-8 sm:pt-12">
      <h1 className="text-3xl font-bold">{t("title")}</h1>
      <p className="mt-2 text-lg text-ink-soft">{t("lead")}</p>
      <ol className="mt-6 grid gap-3">
        {STEPS.map((step, index) => (
          <li key={step} className="flex gap-4 rounded-cup border border-line bg-card p-5 shadow-cup">
            <span
              aria-hidden="true"
              className="flex size-9 shrink-0 items-center justify-center rounded-full bg-brew-soft font-display font-bold"
            >
              {index + 1}
            </span>
            <div>
              <h2 className="text-lg font-bold">{t(`steps.${step}.title`)}</h2>
              <p>{t(`steps.${step}.text`)}</p>
            </div>
          </li>
        ))}
      </ol>
      <p className="mt-5">
        <Link href="/profile#export">{t("exportFirst")}</Link>
      </p>
      <Messages of={["account"]}>
        <DeletionForm email={hasPassword ? email : null} />
      </Messages>
    </div>
  );
}
