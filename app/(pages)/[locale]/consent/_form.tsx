"use client";

import { useLocale, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useRef, useState } from "react";

import { SignOutButton } from "@/app/_components/account/sign-out-button";
import { Button } from "@/app/_components/button";
import { MemberProblem } from "@/app/_components/member-problem";
import { Notice } from "@/app/_components/notice";
import { Link } from "@/app/_i18n/routing";
import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

type Schemas = components["schemas"];
type Props = {
  version: string;
  questions: readonly Schemas["ConsentQuestion"][];
  email: string | null;
  next: string;
  home: string;
};

/** The questions, unanswered at first, and the way out for whoever says no. */
export function ConsentForm({ version, questions, email, next, home }: Props) {
  const t = useTranslations("account.consent");
  const [changedFrom, setChangedFrom] = useState<string | null>(null);
  const router = useRouter();
  function changed() {
    setChangedFrom(version);
    router.refresh();
  }
  return (
    <section aria-labelledby="questions" className="mt-10 rounded-cup border-2 border-line-strong bg-card p-5 sm:p-7">
      <h2 id="questions" className="text-xl font-bold">
        {t("questions")}
      </h2>
      {email !== null && <p className="mt-1 text-ink-soft">{t("signedInAs", { email })}</p>}
      {changedFrom !== null && (
        <div className="mt-4">
          <Notice tone="bad">
            {t("changed")} <a href="#told">{t("toText")}</a>
          </Notice>
        </div>
      )}
      {/* With another version the boxes are empty again: what was ticked was ticked beside other words. */}
      <Questions key={version} version={version} questions={questions} next={next} onChanged={changed} />
      <div className="mt-7 border-t border-line pt-5">
        <p className="text-ink-soft">{t("declineText")}</p>
        <div className="mt-2 flex flex-wrap items-center gap-x-5 gap-y-1">
          <SignOutButton look="quiet" to={home}>
            {t("decline")}
          </SignOutButton>
          <Link href="/profile/delete" className="inline-flex min-h-11 items-center text-sm">
            {t("remove")}
          </Link>
        </div>
      </div>
    </section>
  );
}

function Questions({ version, questions, next, onChanged }: Omit<Props, "email" | "home"> & { onChanged: () => void }) {
  const t = useTranslations("account.consent");
  const locale = useLocale();
  const form = useRef<HTMLFormElement>(null);
  const [state, setState] = useState<"asking" | "missing" | "busy" | Problem>("asking");

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (state === "busy") return;
    const ticked = new FormData(event.currentTarget);
    const missing = questions.find(({ required, kind }) => required && !ticked.has(kind));
    if (missing) {
      setState("missing");
      form.current?.querySelector<HTMLInputElement>(`[name=${missing.kind}]`)?.focus();
      return;
    }
    setState("busy");
    const answer = await loaded(
      api.POST("/auth/callback", {
        body: {
          consent_version: version as Schemas["JoinRequest"]["consent_version"],
          locale,
          email_opt_in: ticked.has("weekly_email"),
        },
      }),
    );
    if (answer.ok) return window.location.replace(next);
    setState(answer.problem);
    if ("consent_version" in answer.problem.errors) onChanged();
  }

  return (
    <form
      ref={form}
      // Sent before its script is there, it leads here again, and still knows where from here.
      method="post"
      onSubmit={submit}
      noValidate
      autoComplete="off"
      className="mt-4 flex flex-col gap-3"
    >
      {questions.map(({ kind, required, text }) => {
        const isMissing = required && state === "missing";
        return (
          <div key={kind}>
            <label className="flex cursor-pointer items-start gap-3 rounded-xl bg-sunken px-4 py-3">
              <input
                type="checkbox"
                name={kind}
                required={required}
                aria-invalid={isMissing || undefined}
                aria-describedby={isMissing ? `${kind}-error` : undefined}
                className="mt-1 size-6 shrink-0 accent-brew"
              />
              <span>
                {text} <span className="text-ink-soft">{t(required ? "required" : "optional")}</span>
              </span>
            </label>
            {isMissing && (
              <p id={`${kind}-error`} className="mt-1 text-sm font-semibold text-brick">
                {t("requiredMissing")}
              </p>
            )}
          </div>
        );
      })}
      {typeof state === "object" && !("consent_version" in state.errors) && <MemberProblem problem={state} />}
      <Button type="submit" busy={state === "busy"} className="mt-2 sm:self-start">
        {t(state === "busy" ? "busy" : "submit")}
      </Button>
    </form>
  );
}
