"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { Button } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { signInWith } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";
import { withNext } from "@/app/_lib/next-path";
import type { SignInProvider } from "@/app/_lib/web-config";

/** The other ways to sign in, where any are set up. They end at `onward`. */
export function ProviderButtons({ providers, onward }: { providers: readonly SignInProvider[]; onward: string }) {
  const t = useTranslations("account");
  const [chosen, setChosen] = useState<SignInProvider | null>(null);
  const [trouble, setTrouble] = useState<AuthTrouble | null>(null);
  if (providers.length === 0) return null;

  async function leave(provider: SignInProvider) {
    if (chosen !== null) return;
    setChosen(provider);
    setTrouble(null);
    const returnTo = new URL(withNext("/auth/callback", onward), window.location.origin).href;
    const found = await signInWith(provider, returnTo);
    if (found === null) return; // the browser is on its way
    setTrouble(found);
    setChosen(null);
  }

  return (
    <div className="mb-5 flex flex-col gap-3">
      {providers.map((provider) => (
        <Button key={provider} look="quiet" busy={chosen !== null} onClick={() => leave(provider)} className="w-full">
          {t(`provider.${provider}`)}
        </Button>
      ))}
      {trouble !== null && <Notice tone="bad">{t(`trouble.${trouble}`)}</Notice>}
      <p className="flex items-center gap-3 text-sm text-ink-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("provider.or")}
      </p>
    </div>
  );
}
