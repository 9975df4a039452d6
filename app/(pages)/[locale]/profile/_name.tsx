"use client";

import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { Button } from "@/app/_components/button";
import { Field } from "@/app/_components/field";
import { MemberProblem } from "@/app/_components/member-problem";
import { cleanName, lengthOf } from "@/app/_lib/written-text";

import { useChange } from "./_use-change";

const MAX = 30;

/** What the member wants to be called. */
export function Name({ given }: { given: string | null }) {
  const t = useTranslations("account.profile");
  const [text, setText] = useState(given ?? "");
  const [saved, setSaved] = useState(given ?? "");
  const { change, busy, isSaved, problem } = useChange();
  const name = cleanName(text);
  const over = lengthOf(name) - MAX;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    if (over > 0) return document.getElementById("display-name")?.focus();
    const changed = await change({ display_name: name === "" ? null : name });
    if (changed === null) return;
    setText(changed.display_name ?? "");
    setSaved(changed.display_name ?? "");
  }

  return (
    <form onSubmit={submit} noValidate>
      <div className="flex flex-wrap items-start gap-3">
        <Field
          id="display-name"
          className="min-w-0 flex-1 basis-52"
          label={t("name")}
          hint={t("nameHint", { max: MAX })}
          error={over > 0 && t("nameLong", { over })}
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="nickname"
          enterKeyHint="done"
        />
        <Button type="submit" look="quiet" busy={busy} className="sm:mt-7.5">
          {t(busy ? "saving" : "save")}
        </Button>
      </div>
      <p role="status" className="text-sm font-semibold text-leaf">
        {isSaved && name === saved && t("saved")}
      </p>
      {problem !== null && (
        <MemberProblem keepsPage problem={problem} {...(problem.errors.display_name && { sentence: t("nameOdd") })} />
      )}
    </form>
  );
}
