"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useState } from "react";

import { FieldNotes, INPUT_CLASS, notesOf } from "@/app/_components/field";

type Props = { id: string; label: ReactNode; isNew?: boolean; hint?: ReactNode; error?: ReactNode };

/**
 * A password, which its owner may look at while they type. Named `password` in its form, whose method must be `post`: sent
 * before its script is there, another would write it into the address.
 */
export function PasswordField({ id, label, isNew = false, hint, error }: Props) {
  const t = useTranslations("account.password");
  const [isShown, setShown] = useState(false);
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          name="password"
          type={isShown ? "text" : "password"}
          required
          autoComplete={isNew ? "new-password" : "current-password"}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={notesOf(id, hint, error)}
          className={`${INPUT_CLASS} pe-18`}
        />
        <button
          type="button"
          aria-label={t(isShown ? "hide" : "show")}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 end-1 my-auto inline-flex min-h-9 items-center rounded-lg px-3 text-sm text-ink-soft hover:bg-sunken"
        >
          {t(isShown ? "hideShort" : "showShort")}
        </button>
      </div>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}
