import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

import { AccountCard } from "@/app/_components/account/card";
import { CredentialsForm } from "@/app/_components/account/credentials-form";
import { RenewSession } from "@/app/_components/account/renew-session";
import { Messages } from "@/app/_components/messages";
import { Notice } from "@/app/_components/notice";
import { Link } from "@/app/_i18n/routing";
import { nextPath, withNext } from "@/app/_lib/next-path";
import { serverConfig } from "@/app/_lib/server-config";
import { readSession } from "@/app/_lib/session";

export type EntranceQuery = Promise<{ next?: string | string[]; failed?: string | string[] }>;

type Props = { mode: "sign-in" | "sign-up"; query: EntranceQuery };

/** The way in, for those who have an account and for those who want one. Who is signed in already goes on to next. */
export async function Entrance({ mode, query }: Props) {
  const { next: given, failed } = await query;
  const next = nextPath(given);
  const { state } = await readSession();
  if (state === "signed-in") redirect(next);
  const t = await getTranslations("account");
  const isNew = mode === "sign-up";
  return (
    <AccountCard title={t(isNew ? "signUp.title" : "signIn.title")} lead={t(isNew ? "signUp.lead" : "signIn.lead")}>
      <Messages of={["account"]}>
        {state === "expired" && <RenewSession next={next} />}
        <CredentialsForm mode={mode} next={next} providers={serverConfig().signInWith} failed={failed !== undefined} />
      </Messages>
      <noscript>
        <Notice>{t("noScript")}</Notice>
      </noscript>
      <div className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-1 text-sm">
        <Link href={withNext(isNew ? "/sign-in" : "/sign-up", next)} className="py-1.5">
          {t(isNew ? "signUp.toSignIn" : "signIn.toSignUp")}
        </Link>
        {!isNew && (
          <Link href="/forgot-password" className="py-1.5">
            {t("signIn.forgot")}
          </Link>
        )}
      </div>
      {isNew && (
        <p className="mt-4 text-sm text-ink-soft">
          {t("signUp.consent")} <Link href="/privacy">{t("signUp.privacy")}</Link>
        </p>
      )}
    </AccountCard>
  );
}
