"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { MemberProblem } from "@/app/_components/member-problem";
import { type Locale, routing, useRouter } from "@/app/_i18n/routing";

import { useChange } from "./_use-change";

type Props = { locale: Locale; weekly: boolean; email: string | null };

/** The member's language, and whether they want the weekly email. Each is kept as soon as it is chosen. */
export function Preferences({ locale, weekly, email }: Props) {
  return (
    <div className="grid gap-7">
      <Language given={locale} />
      <Weekly given={weekly} email={email} />
    </div>
  );
}

function Language({ given }: { given: Locale }) {
  const t = useTranslations("account.profile");
  const name = useTranslations("common.language");
  const shown = useLocale();
  const router = useRouter();
  const [chosen, setChosen] = useState(given);
  const { change, busy, problem } = useChange();

  async function choose(locale: Locale) {
    if (busy) return;
    const before = chosen;
    setChosen(locale);
    if ((await change({ locale })) === null) setChosen(before);
    else if (locale !== shown) router.replace("/profile", { locale, scroll: false });
  }

  return (
    <fieldset>
      <legend className="font-semibold">{t("language")}</legend>
      <p className="text-sm text-ink-soft">{t("languageHint")}</p>
      <div className="mt-2 inline-flex gap-1 rounded-full border border-line-strong bg-sunken p-1">
        {routing.locales.map((locale) => (
          <label
            key={locale}
            lang={locale === "en" ? "en" : "zh-Hant-TW"}
            className="inline-flex min-h-10 cursor-pointer items-center rounded-full px-5 has-checked:bg-brew has-checked:font-semibold has-checked:text-brew-ink has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-(--ring)"
          >
            <input
              type="radio"
              name="locale"
              value={locale}
              checked={chosen === locale}
              onChange={() => choose(locale)}
              className="sr-only"
            />
            {name(locale)}
          </label>
        ))}
      </div>
      {problem !== null && (
        <div className="mt-2">
          <MemberProblem problem={problem} />
        </div>
      )}
    </fieldset>
  );
}

function Weekly({ given, email }: { given: boolean; email: string | null }) {
  const t = useTranslations("account.profile");
  const [wanted, setWanted] = useState(given);
  const { change, busy, isSaved, problem } = useChange();

  async function choose(wish: boolean) {
    if (busy) return;
    setWanted(wish);
    const changed = await change({ email_opt_in: wish });
    setWanted(changed === null ? !wish : changed.email_opt_in);
  }

  return (
    <div>
      <label className="flex cursor-pointer items-start gap-3">
        <input
          type="checkbox"
          role="switch"
          checked={wanted}
          aria-checked={wanted}
          onChange={(event) => choose(event.target.checked)}
          aria-describedby="weekly-hint"
          className="mt-0.5 size-6 shrink-0 accent-brew"
        />
        <span className="font-semibold">{t("weekly")}</span>
      </label>
      <p id="weekly-hint" className="ms-9 text-sm text-ink-soft">
        {email === null ? t("weeklyHintPlain") : t("weeklyHint", { email })}
      </p>
      <p role="status" className="ms-9 text-sm font-semibold text-leaf">
        {isSaved && t(wanted ? "weeklyOn" : "weeklyOff")}
      </p>
      {problem !== null && <MemberProblem problem={problem} />}
    </div>
  );
}
