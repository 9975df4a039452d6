"use client";

import { useLocale, useTranslations } from "next-intl";
import { type PointerEvent, useState } from "react";

import { ShopName } from "@/app/_components/shop-name";
import { Stamp } from "@/app/_components/stamp";
import { areaName } from "@/app/_lib/cities";
import type { Problem } from "@/app/_lib/problem";

import { NoteForm } from "./_note-form";
import type { Item } from "./_use-items";

type Props = {
  item: Item;
  isFirst: boolean;
  isLast: boolean;
  offset: number;
  held: boolean;
  onHold: (event: PointerEvent) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  onWrite: (note: string) => Promise<Problem | null>;
  onWritten: () => void;
};

const ICON = "flex size-11 items-center justify-center rounded-full text-lg hover:bg-sunken aria-disabled:opacity-35";

/** A café on the list: to be moved, noted, removed. */
export function ItemRow(props: Props) {
  const { item, offset, held } = props;
  const t = useTranslations("lists");
  const locale = useLocale();
  const [writing, setWriting] = useState(false);
  const { shop } = item;
  const name = shop?.name ?? t("unavailable");
  const noteId = `note-${item.shop_id}`;
  const close = (saved: boolean) => {
    setWriting(false);
    document.getElementById(noteId)?.focus();
    if (saved) props.onWritten();
  };
  return (
    <li
      style={{ transform: offset === 0 ? undefined : `translateY(${offset}px)` }}
      className={`relative rounded-cup border bg-card p-3 shadow-cup sm:p-4 ${held ? "z-10 border-brew opacity-95" : "border-line transition-transform"}`}
    >
      <div className="flex items-center gap-2 sm:gap-3">
        <span
          aria-hidden="true"
          title={t("drag", { name })}
          onPointerDown={props.onHold}
          className={`flex h-12 w-8 shrink-0 touch-none items-center justify-center text-ink-soft select-none ${held ? "cursor-grabbing" : "cursor-grab"}`}
        >
          <Grip />
        </span>
        <Stamp shopId={item.shop_id} size={56} draggable={false} className="size-14 shrink-0" />
        <div className="min-w-0 flex-1">
          <h2 className="text-lg leading-snug font-bold">
            <ShopName
              shop={shop}
              status={item.shop_status}
              gone={t("unavailable")}
              className="no-underline hover:underline"
            />
          </h2>
          <p className="text-sm text-ink-soft">
            {[
              shop && areaName(shop, locale),
              shop && shop.rating !== null && `★ ${shop.rating.toFixed(1)}`,
              item.shop_status === "closed" && t("closed"),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
      </div>
      {item.note && !writing && <p className="mt-2 rounded-xl bg-sunken px-3 py-2 whitespace-pre-line">{item.note}</p>}
      {writing && <NoteForm name={name} note={item.note} onSave={props.onWrite} onClose={close} />}
      <div className="mt-1 flex flex-wrap items-center gap-0.5 sm:gap-1">
        <button
          type="button"
          id={`up-${item.shop_id}`}
          aria-label={t("up", { name })}
          aria-disabled={props.isFirst || undefined}
          onClick={() => !props.isFirst && props.onMove(-1)}
          className={ICON}
        >
          <span aria-hidden="true">↑</span>
        </button>
        <button
          type="button"
          id={`down-${item.shop_id}`}
          aria-label={t("down", { name })}
          aria-disabled={props.isLast || undefined}
          onClick={() => !props.isLast && props.onMove(1)}
          className={ICON}
        >
          <span aria-hidden="true">↓</span>
        </button>
        <button
          type="button"
          id={noteId}
          aria-expanded={writing}
          onClick={() => setWriting(!writing)}
          className="ms-auto min-h-11 rounded-full px-2 underline sm:px-3 underline-offset-4 hover:bg-sunken"
        >
          {t(item.note ? "noteEdit" : "noteAdd")}
          <span className="sr-only">{t("saveWhat", { name })}</span>
        </button>
        <button
          type="button"
          aria-label={t("removeWhat", { name })}
          // The second press of a double click would fall on the row that comes up next.
          onClick={(event) => event.detail < 2 && props.onRemove()}
          className="min-h-11 rounded-full px-2 underline sm:px-3 underline-offset-4 hover:bg-sunken"
        >
          {t("remove")}
        </button>
      </div>
    </li>
  );
}

function Grip() {
  return (
    <svg viewBox="0 0 12 20" aria-hidden="true" className="h-5 w-3" fill="currentColor">
      {[4, 10, 16].map((y) => (
        <g key={y}>
          <circle cx="3" cy={y} r="1.5" />
          <circle cx="9" cy={y} r="1.5" />
        </g>
      ))}
    </svg>
  );
}
