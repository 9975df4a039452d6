"use client";

import { useLocale, useTranslations } from "next-intl";
import { type SubmitEvent, useRef, useState } from "react";

import { PasswordField } from "@/app/_components/account/password-field";
import { Button, buttonClass } from "@/app/_components/button";
import { Field } from "@/app/_components/field";
import { MemberProblem } from "@/app/_components/member-problem";
import { Notice } from "@/app/_components/notice";
import { getPathname, Link } from "@/app/_i18n/routing";
import { api } from "@/app/_lib/api";
import { signIn, signOut } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";
import { loaded, type Problem } from "@/app/_lib/problem";

/** Either is taken, in either language. */
const WORDS = ["DELETE", "刪除"] as const;

type Trouble = { fault: "password_missing" | "word_missing" } | { auth: AuthTrouble } | { problem: Problem };

/**
 * Asks once more, and for a proof that it is the member who asks: their password, given `email`, or else a word that
 * they type, as those who sign in with Google or LINE have no password.
 */
export function DeletionForm({ email }: { email: string | null }) {
  const t = useTranslations("account");
  const locale = useLocale();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const word = t("deletion.word");
  const isWrong = trouble !== null && "auth" in trouble && trouble.auth === "invalid_credentials";

  function fail(found: Trouble) {
    setTrouble(found);
    setBusy(false);
    form.current?.querySelector<HTMLInputElement>("input:not([hidden])")?.focus();
  }

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const said = new FormData(event.currentTarget);
    const password = String(said.get("password") ?? "");
    const typed = String(said.get("word") ?? "").trim();
    const confirm = WORDS.find((one) => one.toLowerCase() === typed.toLowerCase());
    if (email !== null && password === "") return fail({ fault: "password_missing" });
    if (email === null && confirm === undefined) return fail({ fault: "word_missing" });
    setBusy(true);
    setTrouble(null);
    const wrong = email === null ? null : await signIn(email, password);
    if (wrong !== null) return fail({ auth: wrong });
    const answer = await loaded(api.DELETE("/profile", { body: confirm === undefined ? {} : { confirm } }));
    if (!answer.ok) return fail({ problem: answer.problem });
    if ((await signOut("global")) !== null) await signOut("local");
    const until = encodeURIComponent(answer.data.purge_after);
    window.location.replace(`${getPathname({ href: "/goodbye", locale })}?until=${until}`);
  }

  return (
    <form
      ref={form}
      method="post"
      onSubmit={submit}
      noValidate
      className="mt-8 rounded-cup border-2 border-brick bg-card p-5 sm:p-7"
    >
      {email === null ? (
        <Field
          id="word"
          name="word"
          label={t("deletion.wordLabel", { word })}
          autoComplete="off"
          autoCapitalize="none"
          error={isFault(trouble, "word_missing") && t("deletion.wordMissing", { word })}
        />
      ) : (
        <>
          {/* Password managers want to know whose password it is. */}
          <input type="email" name="email" value={email} readOnly autoComplete="username" hidden />
          <PasswordField
            id="password"
            label={t("deletion.passwordLabel")}
            hint={email}
            error={
              (isFault(trouble, "password_missing") && t("fault.password_missing")) || (isWrong && t("deletion.wrong"))
            }
          />
          <p className="mt-1 text-sm">
            <Link href="/forgot-password" className="inline-block py-1.5">
              {t("deletion.forgot")}
            </Link>
          </p>
        </>
      )}
      <div className="mt-3 grid gap-4">
        {trouble !== null && "auth" in trouble && !isWrong && (
          <Notice tone="bad">{t(`trouble.${trouble.auth}`)}</Notice>
        )}
        {trouble !== null && "problem" in trouble && <Refusal problem={trouble.problem} />}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" look="danger" busy={busy}>
            {t(busy ? "deletion.busy" : "deletion.submit")}
          </Button>
          <Link href="/profile" className={buttonClass("quiet")}>
            {t("deletion.keep")}
          </Link>
        </div>
      </div>
    </form>
  );
}

function Refusal({ problem }: { problem: Problem }) {
  const t = useTranslations("account.deletion");
  switch (problem.code) {
    case "fresh_sign_in_required":
      return <MemberProblem problem={problem} sentence={t("fresh")} />;
    case "throttled":
      return <MemberProblem problem={problem} sentence={t("throttled")} />;
    default:
      return <MemberProblem problem={problem} />;
  }
}

function isFault(trouble: Trouble | null, fault: "password_missing" | "word_missing"): boolean {
  return trouble !== null && "fault" in trouble && trouble.fault === fault;
}
