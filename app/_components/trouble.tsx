"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useEffect, useTransition } from "react";

import { Button } from "@/app/_components/button";
import { Mark } from "@/app/_components/mark";
import { isPassing, type Problem } from "@/app/_lib/problem";
import { problemKey, waitOf } from "@/app/_lib/problem-key";

const LOOK_AGAIN_MS = 5_000;

/**
 * Stands where something could not be loaded.
 *
 * What may pass is watched: as soon as the API answers again, the page is asked for anew. With `onRetry` it waits for the
 * visitor, and calls that. It is a whole page with its heading, unless it stands within one as a `part`.
 */
export function Trouble({ problem, onRetry, part }: { problem: Problem; onRetry?: () => void; part?: boolean }) {
  const t = useTranslations("common.problem");
  const router = useRouter();
  const [isTrying, startTrying] = useTransition();
  const retry = () => startTrying(onRetry ?? (() => router.refresh()));
  const passing = onRetry === undefined && isPassing(problem);
  useEffect(() => {
    if (!passing) return;
    const timer = setInterval(
      () => {
        void fetch("/api/healthz", { cache: "no-store" })
          .then((answer) => answer.ok && retry())
          .catch(() => {});
      },
      Math.max(LOOK_AGAIN_MS, (problem.retryAfter ?? 0) * 1000),
    );
    return () => clearInterval(timer);
  });
  const Title = part ? "p" : "h1";
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-12 text-center">
      <Mark className="size-16 text-brick" />
      <Title className="font-display text-xl font-bold">{t("title")}</Title>
      <p className="text-ink-soft">{t(problemKey(problem), waitOf(problem))}</p>
      {passing && <p className="text-sm text-ink-soft">{t("watching")}</p>}
      <Button look="quiet" onClick={retry} busy={isTrying}>
        {t("again")}
      </Button>
    </div>
  );
}
