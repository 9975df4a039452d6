"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";

import { Button } from "@/app/_components/button";
import { Field } from "@/app/_components/field";
import { ListProblem } from "@/app/_components/lists/list-problem";
import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { cleanName, lengthOf } from "@/app/_lib/written-text";

const NAME_MAX = 60;

/** By how many characters a name is too long for a list; 0 for one that is not. */
export function nameExcess(name: string): number {
  return Math.max(0, lengthOf(cleanName(name)) - NAME_MAX);
}

type Props = { onMade: (list: components["schemas"]["List"]) => void; onTry?: () => void };

/** A name, and a list is made of it. Says kindly why not, such as when there are as many as one may have. */
export function NewListForm({ onMade, onTry }: Props) {
  const t = useTranslations("lists");
  const id = useId();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const over = nameExcess(name);

  async function make(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const wanted = cleanName(name);
    setMissing(wanted === "");
    setProblem(null);
    onTry?.();
    if (wanted === "" || over > 0) return document.getElementById(id)?.focus();
    setBusy(true);
    const made = await loaded(api.POST("/lists", { body: { name: wanted } }));
    setBusy(false);
    if (!made.ok) return setProblem(made.problem);
    setName("");
    onMade(made.data);
  }

  return (
    <form onSubmit={(event) => void make(event)} noValidate>
      <div className="flex items-start gap-2">
        <Field
          id={id}
          label={t("newName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          placeholder={t("newPlaceholder")}
          error={(missing && t("nameMissing")) || (over > 0 && t("noteLong", { over }))}
          className="min-w-0 flex-1"
        />
        <Button type="submit" look="quiet" busy={busy} className="mt-7.5 shrink-0">
          {t("create")}
        </Button>
      </div>
      {problem && (
        <div className="mt-3">
          <ListProblem problem={problem} keepsPage />
        </div>
      )}
    </form>
  );
}
