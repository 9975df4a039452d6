"use client";

import { useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";

import { Button, buttonClass } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { Link } from "@/app/_i18n/routing";

/** The button that ends the weekly email. Without a script the API itself says that it is done. */
export function UnsubscribeForm({ token }: { token: string }) {
  const t = useTranslations("pages.unsubscribe");
  const done = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"asking" | "busy" | "done" | "failed">("asking");
  const action = `/api/unsubscribe/${token}`;
  useEffect(() => {
    if (state === "done") done.current?.focus();
  }, [state]);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (state === "busy") return;
    setState("busy");
    const answer = await fetch(action, { method: "POST" }).catch(() => null);
    setState(answer?.ok ? "done" : "failed");
  }

  if (state === "done") {
    return (
      <div ref={done} tabIndex={-1} className="grid gap-4 outline-none">
        <Notice tone="good">{t("done")}</Notice>
        <p>{t("undo")}</p>
        <Link href="/profile" className={buttonClass("quiet")}>
          {t("toProfile")}
        </Link>
      </div>
    );
  }
  return (
    <form action={action} method="post" onSubmit={submit} className="grid gap-4">
      <p>{t("text")}</p>
      {state === "failed" && <Notice tone="bad">{t("failed")}</Notice>}
      <Button type="submit" busy={state === "busy"}>
        {t(state === "busy" ? "busy" : "submit")}
      </Button>
    </form>
  );
}
