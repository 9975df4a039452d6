"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { Button } from "@/app/_components/button";
import { CheckInPhotos } from "@/app/_components/check-ins/photos";
import { type CheckIn, isBeingLookedAt, useFreshCheckIn } from "@/app/_components/check-ins/use-fresh-check-in";
import { Dialog } from "@/app/_components/dialog";
import { MemberProblem } from "@/app/_components/member-problem";
import { Notice } from "@/app/_components/notice";
import { ShopName } from "@/app/_components/shop-name";
import { Stamp } from "@/app/_components/stamp";
import { api } from "@/app/_lib/api";
import { areaName } from "@/app/_lib/cities";
import { loaded, type Problem } from "@/app/_lib/problem";

/** One check-in of the member's, with what can be done about it. */
export function Card({ checkIn: given, onDeleted }: { checkIn: CheckIn; onDeleted: (name: string) => void }) {
  const t = useTranslations("checkin.history");
  const format = useFormatter();
  const locale = useLocale();
  const { checkIn, gone, refresh, renew } = useFreshCheckIn(given);
  const [asking, setAsking] = useState(false);
  const { shop } = checkIn;
  const name = shop?.name ?? t("gone");
  const date = format.dateTime(new Date(checkIn.created_at), { dateStyle: "medium", timeStyle: "short" });
  return (
    <article className="rounded-cup border border-line bg-card p-4 shadow-cup sm:p-5">
      <div className="flex items-start gap-4">
        <Stamp
          shopId={checkIn.shop_id}
          size={64}
          className={`size-16 shrink-0 ${gone ? "opacity-30 grayscale" : ""}`}
        />
        <div className="min-w-0 flex-1">
          <h2 className="text-lg font-bold">
            <ShopName
              shop={shop}
              status={checkIn.shop_status}
              gone={t("gone")}
              className="no-underline hover:underline"
            />
          </h2>
          <p className="text-sm text-ink-soft">
            <time dateTime={checkIn.created_at}>{date}</time>
            {shop && ` · ${areaName(shop, locale)}`}
            {checkIn.shop_status === "closed" && ` · ${t("closed")}`}
          </p>
        </div>
      </div>
      {gone ? (
        <div className="mt-4">
          <Notice>{t("withdrawn")}</Notice>
        </div>
      ) : (
        <>
          {checkIn.note && <p className="mt-4 whitespace-pre-line">{checkIn.note}</p>}
          <div className="mt-4">
            <CheckInPhotos checkIn={checkIn} onExpired={() => void refresh()} onApproach={renew} />
          </div>
          <div className="mt-3 flex items-center justify-between gap-4">
            <p role="status" className="text-sm text-ink-soft">
              {isBeingLookedAt(checkIn) && t("looking")}
            </p>
            <Button look="plain" onClick={() => setAsking(true)} aria-label={t("deleteWhat", { name, date })}>
              {t("delete")}
            </Button>
          </div>
        </>
      )}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t("deleteTitle")}>
        <Confirm id={checkIn.id} name={name} onClose={() => setAsking(false)} onDeleted={() => onDeleted(name)} />
      </Dialog>
    </article>
  );
}

type ConfirmProps = { id: string; name: string; onClose: () => void; onDeleted: () => void };

function Confirm({ id, name, onClose, onDeleted }: ConfirmProps) {
  const t = useTranslations("checkin.history");
  const common = useTranslations("common");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function takeBack() {
    setBusy(true);
    setProblem(null);
    const answer = await loaded(api.DELETE("/checkins/{check_in_id}", { params: { path: { check_in_id: id } } }));
    setBusy(false);
    // What is not there any more is as deleted as it was to be.
    if (answer.ok || answer.problem.status === 404) onDeleted();
    else setProblem(answer.problem);
  }

  return (
    <>
      <p className="mt-3">{t("deleteText", { name })}</p>
      {problem && (
        <div className="mt-3">
          <MemberProblem problem={problem} />
        </div>
      )}
      <p className="mt-5 flex flex-wrap justify-end gap-3">
        <Button look="quiet" onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button look="danger" busy={busy} onClick={() => void takeBack()}>
          {t("deleteYes")}
        </Button>
      </p>
    </>
  );
}
