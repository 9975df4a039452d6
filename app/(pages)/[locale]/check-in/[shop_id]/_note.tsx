"use client";

import { useTranslations } from "next-intl";

import { INPUT_CLASS } from "@/app/_components/field";
import { cleanNote, lengthOf } from "@/app/_lib/written-text";

import { NOTE_MAX } from "./_draft";

/** By how many characters a note is too long; 0 for one that is not. */
export function excess(note: string): number {
  return Math.max(0, lengthOf(cleanNote(note)) - NOTE_MAX);
}

/** What the member wants to remember. */
export function Note({ note, locked, onWrite }: { note: string; locked: boolean; onWrite: (note: string) => void }) {
  const t = useTranslations("checkin");
  const over = excess(note);
  return (
    <div>
      <label htmlFor="note" className="mb-1 block font-semibold">
        {t("note")}
      </label>
      <textarea
        id="note"
        rows={3}
        value={note}
        readOnly={locked}
        onChange={(event) => onWrite(event.target.value)}
        aria-describedby="note-hint note-count"
        aria-invalid={over > 0 || undefined}
        className={`${INPUT_CLASS} field-sizing-content max-h-80 min-h-24`}
      />
      <div className="mt-1 flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
        <p id="note-hint" className="min-w-0 flex-1 basis-40">
          {t("noteHint")}
        </p>
        <p id="note-count" className={`ms-auto ${over > 0 ? "font-semibold text-brick" : ""}`}>
          {over > 0 ? t("noteLong", { over }) : t("noteCount", { count: lengthOf(cleanNote(note)), max: NOTE_MAX })}
        </p>
      </div>
    </div>
  );
}
