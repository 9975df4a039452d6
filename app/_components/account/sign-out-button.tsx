"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";

import { Button, type Look } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { signOut } from "@/app/_lib/auth-actions";
import type { AuthTrouble } from "@/app/_lib/auth-trouble";

type Props = { scope?: "local" | "global"; look?: Look; to: string; children: ReactNode };

/** Signs out, here or everywhere, and goes to the path `to`. */
export function SignOutButton({ scope = "local", look, to, children }: Props) {
  const t = useTranslations("account");
  const [state, setState] = useState<"ready" | "busy" | AuthTrouble>("ready");

  async function leave() {
    setState("busy");
    const trouble = await signOut(scope);
    // A full load: what members were shown must not stay in the router's memory.
    if (trouble === null) window.location.assign(to);
    else setState(trouble);
  }

  return (
    <>
      <Button {...(look && { look })} busy={state === "busy"} onClick={leave}>
        {state === "busy" ? t("signOut.busy") : children}
      </Button>
      {state !== "ready" && state !== "busy" && <Notice tone="bad">{t(`trouble.${state}`)}</Notice>}
    </>
  );
}
