"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { Button } from "@/app/_components/button";
import { INPUT_CLASS } from "@/app/_components/field";
import { ListProblem } from "@/app/_components/lists/list-problem";
import type { Problem } from "@/app/_lib/problem";
import { cleanNote, lengthOf } from "@/app/_lib/written-text";

const NOTE_MAX = 280;

type Props = {
  name: string;
  note: string;
  onSave: (note: string) => Promise<Problem | null>;
  onClose: (saved: boolean) => void;
};

/** The member's words about a café on a list. */
export function NoteForm({ name, note, onSave, onClose }: Props) {
  const t = useTranslations("lists");
  const common = useTranslations("common");
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(note);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => area.current?.focus(), []);
  const count = lengthOf(cleanNote(text));
  const over = Math.max(0, count - NOTE_MAX);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (over > 0) return area.current?.focus();
    setBusy(true);
    setProblem(null);
    const why = await onSave(cleanNote(text));
    setBusy(false);
    if (why) setProblem(why);
    else onClose(true);
  }

  return (
    <form
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => event.key === "Escape" && onClose(false)}
      noValidate
      className="mt-3"
    >
      <label htmlFor={id} className="mb-1 block font-semibold">
        {t("noteLabel", { name })}
      </label>
      <textarea
        id={id}
        ref={area}
        rows={2}
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-describedby={`${id}-hint ${id}-count`}
        aria-invalid={over > 0 || undefined}
        className={`${INPUT_CLASS} field-sizing-content max-h-60 min-h-20`}
      />
      <div className="mt-1 flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
        <p id={`${id}-hint`}>{t("noteHint")}</p>
        <p id={`${id}-count`} className={`ms-auto ${over > 0 ? "font-semibold text-brick" : ""}`}>
          {over > 0 ? t("noteLong", { over }) : t("noteCount", { count, max: NOTE_MAX })}
        </p>
      </div>
      {problem && <ListProblem problem={problem} keepsPage />}
      <p className="mt-2 flex gap-2">
        <Button type="submit" busy={busy}>
          {t("noteSave")}
        </Button>
        <Button look="quiet" onClick={() => onClose(false)}>
          {common("cancel")}
        </Button>
      </p>
    </form>
  );
}
