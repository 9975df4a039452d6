"use client";

import { useTranslations } from "next-intl";

import { Button, buttonClass } from "@/app/_components/button";
import { Mark } from "@/app/_components/mark";
import { MemberProblem } from "@/app/_components/member-problem";
import { Notice } from "@/app/_components/notice";

import { type Photo, useAvatar } from "./_use-avatar";

/** The member's picture, and how to change it. */
export function Avatar({ given }: { given: Photo | null }) {
  const t = useTranslations("account.avatar");
  const refusal = useTranslations("account.refusal");
  const { photo, preview, state, busy, isLooking, isSlow, choose, remove } = useAvatar(given);
  const isReady = photo?.status === "ready";
  const shown =
    (isReady ? (photo.thumbnail_url ?? photo.url) : null) ??
    (photo === null || photo.status === "refused" ? null : preview);
  const reason =
    state.step === "refused" ? state.reason : photo?.status === "refused" ? photo.refusal?.code : undefined;
  return (
    <div>
      <div className="flex flex-wrap items-center gap-5">
        <div className="relative size-24 shrink-0 overflow-hidden rounded-full border border-line bg-sunken">
          {shown === null ? (
            <Mark className="m-auto mt-4 size-16 text-line-strong" />
          ) : (
            <img
              src={shown}
              alt={t("alt")}
              width={96}
              height={96}
              className={`size-24 object-cover ${isLooking ? "animate-pulse" : ""}`}
            />
          )}
        </div>
        <div className="min-w-0 flex-1 basis-40">
          <h3 className="font-semibold">{t("title")}</h3>
          <p id="avatar-hint" className="text-sm text-ink-soft">
            {t("hint")}
          </p>
          <div className="mt-2 flex flex-wrap gap-2">
            <label
              className={`${buttonClass("quiet")} cursor-pointer has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-(--ring)`}
            >
              {t(photo === null ? "choose" : "replace")}
              <input
                type="file"
                accept="image/*"
                aria-describedby="avatar-hint"
                className="sr-only"
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  event.target.value = ""; // the same file may be chosen again
                  if (file) void choose(file);
                }}
              />
            </label>
            {photo !== null && (
              <Button look="plain" busy={busy} onClick={remove}>
                {t("remove")}
              </Button>
            )}
          </div>
        </div>
      </div>
      <p role="status" className="mt-2 text-sm text-ink-soft">
        {busy
          ? t(state.step === "preparing" ? "preparing" : "sending")
          : isLooking
            ? t(isSlow ? "slow" : "looking")
            : state.step === "changed"
              ? t("ready")
              : state.step === "removed" && t("removed")}
      </p>
      {!busy && reason !== undefined && <Notice tone="bad">{t("refused", { reason: refusal(reason) })}</Notice>}
      {state.step === "lost" && <Notice tone="bad">{t("uploadFailed")}</Notice>}
      {state.step === "failed" && (
        <MemberProblem
          problem={state.problem}
          {...(state.problem.code === "too_many_pending_uploads" && { sentence: refusal("too_many_pending_uploads") })}
        />
      )}
    </div>
  );
}
