"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";

import { Button } from "@/app/_components/button";
import { MemberProblem } from "@/app/_components/member-problem";
import { Notice } from "@/app/_components/notice";

import { Celebration } from "./_celebration";
import { type DraftPhoto, isUnsaved, type PhotoKind, PHOTOS_MAX, room } from "./_draft";
import { excess, Note } from "./_note";
import { PhotoRow } from "./_photo-row";
import { Pickers } from "./_pickers";
import { ownProblem } from "./_problem";
import { NONE_LEFT_OUT, useCheckIn } from "./_use-check-in";
import { useLeaveGuard } from "./_use-leave-guard";

type Props = { shopId: string; shopName: string; title: string; lead: string };

/** From the first photo to the stamp. */
export function Flow(props: Props) {
  const [round, setRound] = useState(0);
  return <Round key={round} {...props} onRestart={() => setRound(round + 1)} />;
}

function Round({ shopId, shopName, title, lead, onRestart }: Props & { onRestart: () => void }) {
  const t = useTranslations("checkin");
  const { draft, add, remove, retry, write, submit } = useCheckIn(shopId);
  const [leftOut, setLeftOut] = useState(NONE_LEFT_OUT);
  const [hasNoPhoto, setHasNoPhoto] = useState(false);
  const headings = { photo: useRef<HTMLHeadingElement>(null), menu: useRef<HTMLHeadingElement>(null) };
  const { submission, photos } = draft;
  const locked = submission.step === "posting";
  useLeaveGuard(isUnsaved(draft), t("leave"));
  if (submission.step === "done") {
    return <Celebration checkIn={submission.checkIn} shopName={shopName} onRestart={onRestart} />;
  }

  const choose = (kind: PhotoKind) => (files: readonly File[]) => {
    setHasNoPhoto(false);
    setLeftOut(add(files, kind));
  };
  const takeAway = ({ key, kind }: DraftPhoto) => {
    setLeftOut(NONE_LEFT_OUT);
    remove(key);
    headings[kind].current?.focus();
  };
  const ready = (event: FormEvent) => {
    event.preventDefault();
    if (submission.step !== "editing") return;
    if (excess(draft.note) > 0) return document.getElementById("note")?.focus();
    const isMissing = !photos.some((photo) => photo.kind === "photo");
    setHasNoPhoto(isMissing);
    if (isMissing) return headings.photo.current?.focus();
    submit();
  };
  const rows = (kind: PhotoKind) => {
    const own = photos.filter((photo) => photo.kind === kind);
    const what = (place: number) => (kind === "menu" ? t("menuName") : t("photoName", { place: place + 1 }));
    const row = (photo: DraftPhoto, place: number) => (
      <PhotoRow
        key={photo.key}
        photo={photo}
        what={what(place)}
        locked={locked}
        onRemove={() => takeAway(photo)}
        onRetry={() => retry(photo.key)}
      />
    );
    return own.length > 0 && <ul className="mb-3 space-y-2">{own.map(row)}</ul>;
  };
  const sent = photos.filter((photo) => photo.state.step === "sent").length;
  const own = submission.step === "editing" && submission.problem ? ownProblem(submission.problem) : undefined;
  return (
    <form onSubmit={ready} noValidate className="space-y-8">
      <div>
        <h1 className="text-3xl font-bold sm:text-4xl">{title}</h1>
        <p className="mt-2 text-ink-soft">{lead}</p>
      </div>
      <section aria-labelledby="photos">
        <h2 id="photos" ref={headings.photo} tabIndex={-1} className="mb-2 text-xl font-bold outline-none">
          {t("photos")}
        </h2>
        {rows("photo")}
        {room(draft, "photo") > 0 && !locked && (
          <Pickers
            several
            camera={t("camera")}
            choose={t("choose")}
            hint={t("photosHint", { max: PHOTOS_MAX })}
            onFiles={choose("photo")}
          />
        )}
        <div className="mt-3 space-y-3 empty:hidden">
          {leftOut.over > 0 && <Notice>{t("tooMany", { max: PHOTOS_MAX, over: leftOut.over })}</Notice>}
          {leftOut.twice > 0 && <Notice>{t("twice", { count: leftOut.twice })}</Notice>}
          {hasNoPhoto && <Notice tone="bad">{t("needPhoto")}</Notice>}
        </div>
      </section>
      <section aria-labelledby="menu">
        <h2 id="menu" ref={headings.menu} tabIndex={-1} className="mb-2 text-xl font-bold outline-none">
          {t("menu")}
        </h2>
        {rows("menu")}
        {room(draft, "menu") > 0 && !locked && (
          <Pickers camera={t("cameraMenu")} choose={t("chooseMenu")} hint={t("menuHint")} onFiles={choose("menu")} />
        )}
      </section>
      <Note note={draft.note} locked={locked} onWrite={write} />
      <div className="space-y-3">
        {submission.step === "editing" && submission.problem && (
          <MemberProblem problem={submission.problem} sentence={own && t(`problem.${own}`)} keepsPage />
        )}
        {submission.step === "editing" && photos.some((photo) => photo.state.step === "failed") && (
          <p className="font-semibold text-brick">{t("photosFailed")}</p>
        )}
        <Button type="submit" busy={submission.step !== "editing"} className="w-full sm:w-auto sm:px-10">
          {submission.step === "editing" && t("submit")}
          {submission.step === "uploading" && t("uploading")}
          {submission.step === "posting" && t(submission.offline ? "postingOffline" : "posting")}
        </Button>
        <p role="status" className="min-h-6 text-sm text-ink-soft">
          {photos.length > 0 && t("progress", { sent, total: photos.length })}
        </p>
      </div>
    </form>
  );
}
