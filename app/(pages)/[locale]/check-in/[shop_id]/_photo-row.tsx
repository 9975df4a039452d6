"use client";

import { useTranslations } from "next-intl";

import { Button } from "@/app/_components/button";
import { WayIn } from "@/app/_components/member-problem";
import { problemKey, waitOf } from "@/app/_lib/problem-key";

import type { DraftPhoto, Failure } from "./_draft";
import { ownProblem } from "./_problem";

type Props = { photo: DraftPhoto; what: string; locked: boolean; onRemove: () => void; onRetry: () => void };

/** A photo that was chosen: what it looks like, where it is on its way, and what can be done about it. */
export function PhotoRow({ photo, what, locked, onRemove, onRetry }: Props) {
  const t = useTranslations("checkin");
  const { state } = photo;
  const failed = state.step === "failed";
  return (
    <li
      className={`flex gap-3 rounded-2xl border p-2.5 ${failed ? "border-brick bg-brick-soft" : "border-line bg-card"}`}
    >
      {photo.preview ? (
        <img src={photo.preview} alt="" width={80} height={80} className="size-20 shrink-0 rounded-xl object-cover" />
      ) : (
        <div
          aria-hidden="true"
          className={`flex size-20 shrink-0 items-center justify-center rounded-xl bg-sunken text-2xl text-brick ${failed ? "" : "animate-pulse"}`}
        >
          {failed && "!"}
        </div>
      )}
      <div className="min-w-0 flex-1 self-center">
        <p className="truncate text-sm text-ink-soft">{photo.name || what}</p>
        {failed ? (
          <p role="alert" className="text-sm text-brick">
            <FailureText failure={state.failure} />
          </p>
        ) : (
          <p className={`text-sm ${state.step === "sent" ? "font-semibold text-leaf" : ""}`}>
            {state.step === "waiting" && state.offline && t("state.offline")}
            {state.step === "waiting" && !state.offline && t("state.waiting")}
            {state.step === "preparing" && t("state.preparing")}
            {state.step === "sending" && t("state.sending", { percent: Math.round(state.progress * 100) })}
            {state.step === "sent" && `✓ ${t("state.sent")}`}
          </p>
        )}
        {state.step === "sending" && (
          <progress value={state.progress} max={1} aria-label={what} className="mt-1 h-2 w-full accent-brew" />
        )}
        {failed && state.canRetry && (
          <Button look="quiet" onClick={onRetry} aria-label={t("again", { what })} className="mt-2 text-sm">
            {t("againShort")}
          </Button>
        )}
      </div>
      {!locked && (
        <button
          type="button"
          aria-label={t("remove", { what })}
          onClick={onRemove}
          className="flex size-11 shrink-0 items-center justify-center rounded-full text-xl hover:bg-sunken"
        >
          <span aria-hidden="true">×</span>
        </button>
      )}
    </li>
  );
}

function FailureText({ failure }: { failure: Failure }) {
  const t = useTranslations("checkin");
  const common = useTranslations("common.problem");
  if ("refusal" in failure) return t(`refusal.${failure.refusal}`);
  if ("network" in failure) return t("network");
  const own = ownProblem(failure.problem);
  if (own) return t(`problem.${own}`);
  return (
    <>
      {common(problemKey(failure.problem), waitOf(failure.problem))} <WayIn problem={failure.problem} keepsPage />
    </>
  );
}
