"use client";

import { useLocale, useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";

import { PasswordField } from "@/app/_components/account/password-field";
import { Button, buttonClass } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { getPathname, Link } from "@/app/_i18n/routing";
import { setPassword } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";
import { type CredentialFault, PASSWORD_MIN_LENGTH, passwordFault } from "@/app/_lib/credentials";
import { withNext } from "@/app/_lib/next-path";

/** Asks for the new password. */
export function NewPasswordForm({ email }: { email: string }) {
  const t = useTranslations("account");
  const here = getPathname({ href: "/new-password", locale: useLocale() });
  const form = useRef<HTMLFormElement>(null);
  const done = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const [fault, setFault] = useState<CredentialFault | null>(null);
  const [trouble, setTrouble] = useState<AuthTrouble | null>(null);
  useEffect(() => {
    // The button that was pressed has gone.
    if (state === "done") done.current?.focus();
  }, [state]);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (state === "busy") return;
    const password = String(new FormData(event.currentTarget).get("password") ?? "");
    const found = passwordFault(password, true);
    setFault(found);
    setTrouble(null);
    if (found === null) {
      setState("busy");
      const problem = await setPassword(password);
      if (problem === null) return setState("done");
      setTrouble(problem);
      setState("asking");
    }
    form.current?.querySelector<HTMLInputElement>("[name=password]")?.focus();
  }

  if (state === "done") {
    return (
      <div ref={done} tabIndex={-1} className="grid gap-4 outline-none">
        <Notice tone="good">{t("newPassword.done")}</Notice>
        <Link href="/profile" className={buttonClass("primary")}>
          {t("newPassword.onward")}
        </Link>
      </div>
    );
  }
  return (
    <form ref={form} method="post" onSubmit={submit} noValidate className="grid gap-4">
      {/* Password managers want to know whose password it is. */}
      <input type="email" name="email" value={email} readOnly autoComplete="username" hidden />
      <PasswordField
        id="password"
        label={t("newPassword.label")}
        isNew
        hint={t("password.hint", { min: PASSWORD_MIN_LENGTH })}
        error={fault && t(`fault.${fault}`, { min: PASSWORD_MIN_LENGTH })}
      />
      {trouble !== null && (
        <Notice tone="bad">
          {t(`trouble.${trouble}`)}{" "}
          {trouble === "session_missing" && (
            <Link href={withNext("/sign-in", here)} className="font-semibold">
              {t("signIn.title")}
            </Link>
          )}
        </Notice>
      )}
      <Button type="submit" busy={state === "busy"}>
        {t(state === "busy" ? "newPassword.busy" : "newPassword.submit")}
      </Button>
    </form>
  );
}
