"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import { Button, buttonClass } from "@/app/_components/button";
import { Empty } from "@/app/_components/empty";
import { ListProblem } from "@/app/_components/lists/list-problem";
import { Link, useRouter } from "@/app/_i18n/routing";

import { ItemRow } from "./_item-row";
import { useDrag } from "./_use-drag";
import { type Item, useItems } from "./_use-items";

/** The cafés of a list, to be arranged, noted and removed. */
export function Items({ listId, items: given }: { listId: string; items: readonly Item[] }) {
  const t = useTranslations("lists");
  const router = useRouter();
  const { items, problem, removed, move, remove, undo, write } = useItems(listId, given);
  const [news, setNews] = useState("");
  const focusNext = useRef<string | null>(null);
  const nameOf = (item: Item | undefined) => item?.shop?.name ?? t("unavailable");

  const reorder = (from: number, to: number) => {
    setNews(t("moved", { name: nameOf(items[from]), position: to + 1, count: items.length }));
    move(from, to);
  };
  const { list, start, offsetOf, held } = useDrag(reorder);

  useEffect(() => {
    // A row that moves in the page takes the focus from its button.
    if (focusNext.current) document.getElementById(focusNext.current)?.focus();
    focusNext.current = null;
  });

  const step = (place: number, by: -1 | 1) => {
    focusNext.current = `${by < 0 ? "up" : "down"}-${items[place]?.shop_id}`;
    reorder(place, place + by);
  };
  const takeOff = (item: Item) => {
    setNews(t("removed", { name: nameOf(item) }));
    focusNext.current = "undo";
    void remove(item).then(() => router.refresh());
  };
  const bringBack = async () => {
    const item = removed;
    if (!item || !(await undo())) return;
    setNews(t("restored", { name: nameOf(item) }));
    router.refresh();
  };

  const explore = (
    <Link href="/shops" className={buttonClass("primary")}>
      {t("explore")}
    </Link>
  );
  return (
    <>
      {items.length > 1 && <p className="mt-4 text-sm text-ink-soft">{t("order")}</p>}
      <p role="status" className="sr-only">
        {news}
      </p>
      {problem && <ListProblem problem={problem} />}
      {items.length === 0 && (
        <Empty title={t("emptyList")} action={explore}>
          {t("emptyListText")}
        </Empty>
      )}
      <ul ref={list} className={`mt-4 space-y-3 ${held === null ? "" : "select-none"}`}>
        {items.map((item, place) => (
          <ItemRow
            key={item.shop_id}
            item={item}
            isFirst={place === 0}
            isLast={place === items.length - 1}
            offset={offsetOf(place)}
            held={held === place}
            onHold={start(place)}
            onMove={(by) => step(place, by)}
            onRemove={() => takeOff(item)}
            onWrite={(note) => write(item, note)}
            onWritten={() => setNews(t("noteSaved"))}
          />
        ))}
      </ul>
      <div className="sticky bottom-3 z-20 mt-4">
        {removed && (
          <div className="flex items-center justify-between gap-3 rounded-2xl border border-line-strong bg-card py-2 ps-4 pe-2 shadow-cup">
            <p>{t("removed", { name: nameOf(removed) })}</p>
            <Button id="undo" look="quiet" onClick={() => void bringBack()}>
              {t("undo")}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}
