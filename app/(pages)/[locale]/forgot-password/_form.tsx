"use client";

import { useLocale, useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";

import { EmailField } from "@/app/_components/account/email-field";
import { Button } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { getPathname } from "@/app/_i18n/routing";
import { sendPasswordLink } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";
import { type CredentialFault, emailFault } from "@/app/_lib/credentials";
import { withNext } from "@/app/_lib/next-path";

/** Asks for an address, and says the same whether it is a member's or not. */
export function ForgotForm() {
  const t = useTranslations("account");
  const locale = useLocale();
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<CredentialFault | null>(null);
  const [trouble, setTrouble] = useState<AuthTrouble | null>(null);
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  useEffect(() => {
    // What was pressed has gone, both on the way there and on the way back.
    if (isSent) heading.current?.focus();
    else if (email !== "") form.current?.querySelector("input")?.focus();
  }, [isSent, email]);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const address = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    const found = emailFault(address);
    setFault(found);
    setTrouble(null);
    if (found !== null) return form.current?.querySelector("input")?.focus();
    setBusy(true);
    const back = withNext("/auth/callback", getPathname({ href: "/new-password", locale }));
    const problem = await sendPasswordLink(address, new URL(back, window.location.origin).href);
    setBusy(false);
    setTrouble(problem);
    if (problem !== null) return;
    setEmail(address);
    setSent(true);
  }

  if (isSent) {
    return (
      <div className="grid gap-4">
        <h2 ref={heading} tabIndex={-1} className="text-xl font-bold outline-none">
          {t("forgot.sentTitle")}
        </h2>
        <p>{t("forgot.sent", { email })}</p>
        <p className="text-sm text-ink-soft">{t("forgot.sentHint")}</p>
        <Button look="quiet" onClick={() => setSent(false)}>
          {t("forgot.another")}
        </Button>
      </div>
    );
  }
  return (
    <form ref={form} method="post" onSubmit={submit} noValidate className="grid gap-4">
      <EmailField fault={fault} given={email} />
      {trouble !== null && (
        <Notice tone="bad">{trouble === "unknown" ? t("forgot.unavailable") : t(`trouble.${trouble}`)}</Notice>
      )}
      <Button type="submit" busy={busy}>
        {t(busy ? "forgot.busy" : "forgot.submit")}
      </Button>
    </form>
  );
}
