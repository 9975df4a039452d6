"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { SignOutButton } from "@/app/_components/account/sign-out-button";
import { Button } from "@/app/_components/button";
import { MemberProblem } from "@/app/_components/member-problem";
import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";

type Props = { canBeRestored: boolean; onward: string; home: string };

/** Takes the deletion back and goes `onward`, or leaves it at that. */
export function RestoreActions({ canBeRestored, onward, home }: Props) {
  const t = useTranslations("account.restore");
  const [state, setState] = useState<"ready" | "busy" | Problem>("ready");
  const isTooLate = typeof state === "object" && state.code === "erasure_begun";

  async function restore() {
    setState("busy");
    const answer = await loaded(api.POST("/profile/restore", { body: {} }));
    // A full load: what the router remembers is of somebody who may do nothing.
    if (answer.ok) window.location.replace(onward);
    else setState(answer.problem);
  }

  return (
    <div className="mt-6 grid gap-3">
      {typeof state === "object" && (
        <MemberProblem problem={state} {...(isTooLate && { sentence: t("erasure_begun") })} />
      )}
      {canBeRestored && !isTooLate && (
        <Button busy={state === "busy"} onClick={restore}>
          {t(state === "busy" ? "busy" : "submit")}
        </Button>
      )}
      <SignOutButton look="quiet" to={home}>
        {t("leave")}
      </SignOutButton>
    </div>
  );
}
