"use client";

import { useLocale, useTranslations } from "next-intl";
import { type SubmitEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { ConfirmMail } from "@/app/_components/account/confirm-mail";
import { EmailField } from "@/app/_components/account/email-field";
import { PasswordField } from "@/app/_components/account/password-field";
import { ProviderButtons } from "@/app/_components/account/provider-buttons";
import { Button } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { getPathname, Link } from "@/app/_i18n/routing";
import { signIn, signUp } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";
import { type CredentialFault, emailFault, PASSWORD_MIN_LENGTH, passwordFault } from "@/app/_lib/credentials";
import { withNext } from "@/app/_lib/next-path";
import type { SignInProvider } from "@/app/_lib/web-config";

type Mode = "sign-in" | "sign-up";
/** Of what Auth says, what is about the address rather than the password. */
const OF_ADDRESS = ["user_already_exists", "email_address_invalid"] as const;

type Faults = { email?: CredentialFault | null; password?: CredentialFault | null };
type Props = { mode: Mode; next: string; providers: readonly SignInProvider[]; failed?: boolean };

/**
 * Where people sign in or sign up. Both lead over the consent page, which lets through who has agreed already, to
 * `next`. `failed`: they come back from a link or from Google without a session.
 */
export function CredentialsForm({ mode, next, providers, failed = false }: Props) {
  const t = useTranslations("account");
  const locale = useLocale();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const [trouble, setTrouble] = useState<AuthTrouble | null>(null);
  const [unconfirmed, setUnconfirmed] = useState<string | null>(null);
  const isNew = mode === "sign-up";
  const onward = withNext(getPathname({ href: "/consent", locale }), next);
  const emailLink = () => new URL(withNext("/auth/callback", onward), window.location.origin).href;

  function show(found: Faults, problem: AuthTrouble | null) {
    setFaults(found);
    setTrouble(problem);
    setBusy(false);
    focusOn(found.email || OF_ADDRESS.some((one) => one === problem) ? "email" : "password");
  }

  function focusOn(name: "email" | "password") {
    form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus();
  }

  function confirm(email: string) {
    setBusy(false);
    setUnconfirmed(email);
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const said = new FormData(event.currentTarget);
    const email = String(said.get("email") ?? "").trim();
    const password = String(said.get("password") ?? "");
    const found = { email: emailFault(email), password: passwordFault(password, isNew) };
    if (found.email !== null || found.password !== null) return show(found, null);
    setFaults({});
    setTrouble(null);
    setBusy(true);
    const outcome = isNew ? await signUp(email, password, emailLink()) : await plainSignIn(email, password);
    if ("trouble" in outcome) {
      if (outcome.trouble === "email_not_confirmed") return confirm(email);
      return show({}, outcome.trouble);
    }
    // A full load, so that the server sees the cookies; and not to be come back to.
    if (outcome.next === "signed-in") window.location.replace(onward);
    else confirm(email);
  }

  function back() {
    // Drawn at once: nothing that is hidden takes the focus.
    flushSync(() => setUnconfirmed(null));
    focusOn("email");
  }

  return (
    <>
      {unconfirmed !== null && <ConfirmMail email={unconfirmed} emailLink={emailLink()} onBack={back} />}
      {/* Stays behind it: who has mistyped their address comes back to what they have filled in. */}
      <div hidden={unconfirmed !== null}>
        {failed && trouble === null && (
          <div className="mb-5">
            <Notice tone="bad">{t("signIn.failed")}</Notice>
          </div>
        )}
        <ProviderButtons providers={providers} onward={onward} />
        <form ref={form} method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
          <EmailField fault={faults.email} />
          <PasswordField
            id="password"
            label={t("password.label")}
            isNew={isNew}
            hint={isNew && t("password.hint", { min: PASSWORD_MIN_LENGTH })}
            error={faults.password && t(`fault.${faults.password}`, { min: PASSWORD_MIN_LENGTH })}
          />
          {trouble !== null && (
            <Notice tone="bad">
              {t(`trouble.${trouble}`)}{" "}
              {trouble === "user_already_exists" && (
                <Link href={withNext("/sign-in", next)} className="font-semibold">
                  {t("signUp.toSignIn")}
                </Link>
              )}
            </Notice>
          )}
          <Button type="submit" busy={busy} className="w-full">
            {t(isNew ? (busy ? "signUp.busy" : "signUp.submit") : busy ? "signIn.busy" : "signIn.submit")}
          </Button>
        </form>
      </div>
    </>
  );
}

async function plainSignIn(email: string, password: string) {
  const trouble = await signIn(email, password);
  return trouble === null ? ({ next: "signed-in" } as const) : { trouble };
}
