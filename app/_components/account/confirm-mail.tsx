"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { sendConfirmationAgain } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";

type Props = { email: string; emailLink: string; onBack: () => void };

/** Says that a mail is on its way with which an address is confirmed, sends another, and leads back to the address. */
export function ConfirmMail({ email, emailLink, onBack }: Props) {
  const t = useTranslations("account");
  const heading = useRef<HTMLHeadingElement>(null);
  const [state, setState] = useState<"waiting" | "busy" | "sent" | AuthTrouble>("waiting");
  useEffect(() => heading.current?.focus(), []);

  async function again() {
    if (state === "busy") return;
    setState("busy");
    setState((await sendConfirmationAgain(email, emailLink)) ?? "sent");
  }

  return (
    <div className="flex flex-col gap-4">
      <h2 ref={heading} tabIndex={-1} className="text-xl font-bold outline-none">
        {t("confirmMail.title")}
      </h2>
      <p>{t("confirmMail.text", { email })}</p>
      <p className="text-sm text-ink-soft">{t("confirmMail.hint")}</p>
      {state === "sent" && <Notice tone="good">{t("confirmMail.sent")}</Notice>}
      {state !== "sent" && state !== "waiting" && state !== "busy" && (
        <Notice tone="bad">{t(`trouble.${state}`)}</Notice>
      )}
      <Button look="quiet" busy={state === "busy"} onClick={again}>
        {t("confirmMail.again")}
      </Button>
      <Button look="plain" onClick={onBack}>
        {t("confirmMail.back")}
      </Button>
    </div>
  );
}
