"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";

import { Button, buttonClass } from "@/app/_components/button";
import { MemberProblem } from "@/app/_components/member-problem";

import { type DataExport, downloadUrl, sizeLabel } from "./_data-export";
import { useExport } from "./_use-export";

/** Where members take their data out. */
export function Export({ given }: { given: DataExport | null }) {
  const t = useTranslations("account.export");
  const locale = useLocale();
  const format = useFormatter();
  const { known, phase, busy, problem, start } = useExport(given);
  const url = phase === "ready" ? (known?.url ?? null) : null;
  return (
    <div id="export">
      <h3 className="text-lg font-bold">{t("title")}</h3>
      <p className="text-ink-soft">{t("text")}</p>
      <div role="status" className="mt-3">
        {phase === "pending" && (
          <p className="flex items-center gap-3">
            <span
              aria-hidden="true"
              className="size-5 shrink-0 animate-spin rounded-full border-2 border-line-strong border-t-brew"
            />
            {t("pending")}
          </p>
        )}
        {phase === "ready" && known?.expires_at && (
          <p className="font-semibold text-leaf">
            {t("ready", {
              size: sizeLabel(known.bytes ?? 0, locale),
              until: format.dateTime(new Date(known.expires_at), { dateStyle: "medium", timeStyle: "short" }),
            })}
          </p>
        )}
        {phase === "expired" && <p>{t("expired")}</p>}
        {phase === "failed" && <p className="font-semibold text-brick">{t("failed")}</p>}
      </div>
      {problem !== null && (
        <div className="mt-3">
          <MemberProblem problem={problem} {...(problem.code === "throttled" && { sentence: t("throttled") })} />
        </div>
      )}
      <div className="mt-3 flex flex-wrap gap-3">
        {url !== null && (
          <a href={downloadUrl(url)} download className={buttonClass("primary")}>
            {t("download")}
          </a>
        )}
        {phase !== "pending" && (
          <Button look="quiet" busy={busy} onClick={start}>
            {t(phase === "none" ? "start" : "again")}
          </Button>
        )}
      </div>
    </div>
  );
}
