"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";

import { Button } from "@/app/_components/button";
import { ListProblem } from "@/app/_components/lists/list-problem";
import { NewListForm } from "@/app/_components/lists/new-list-form";
import { useKeptLists } from "@/app/_components/lists/use-kept-lists";
import { Skeleton } from "@/app/_components/skeleton";
import { Link } from "@/app/_i18n/routing";
import { wayIn } from "@/app/_lib/way-in";

type Props = { shopId: string; onCount: (count: number) => void; onClose: () => void };

/** The member's lists to tick for a café, and a new one. What is ticked is stored at once. */
export function SaveChoices({ shopId, onCount, onClose }: Props) {
  const t = useTranslations("lists");
  const common = useTranslations("common");
  const { lists, cap, trouble, news, read, wish, start } = useKeptLists(shopId);
  const full = useRef<HTMLParagraphElement>(null);
  const count = cap === null ? null : lists.filter((list) => list.stored).length;
  useEffect(() => {
    if (count !== null) onCount(count);
  }, [count, onCount]);

  function made(list: Parameters<typeof start>[0]) {
    flushSync(() => start(list));
    // With the last list that there is room for, the form has gone, and the focus with it.
    full.current?.focus();
  }

  return (
    <>
      <div className="mt-4" aria-busy={cap === null && !trouble}>
        {trouble && (
          <>
            <ListProblem problem={trouble} />
            {wayIn(trouble) === null && (
              <Button look="quiet" onClick={() => void read()} className="mt-3">
                {common("retry")}
              </Button>
            )}
          </>
        )}
        {cap === null && !trouble && <Waiting label={common("loading")} />}
        {cap !== null && lists.length === 0 && <p className="text-ink-soft">{t("saveFirst")}</p>}
        {cap !== null && (
          <ul className="space-y-1">
            {lists.map((list) => (
              <li key={list.id}>
                <label className="flex min-h-12 cursor-pointer items-center gap-3 rounded-xl px-3 hover:bg-sunken has-focus-visible:bg-sunken">
                  <input
                    type="checkbox"
                    checked={list.wish}
                    onChange={(event) => wish(list.id, event.target.checked)}
                    className="size-5 shrink-0 accent-brew"
                  />
                  <span className="min-w-0 flex-1 font-semibold">{list.name}</span>
                  <span className="shrink-0 text-sm text-ink-soft">{t("cafes", { count: list.total })}</span>
                </label>
              </li>
            ))}
          </ul>
        )}
        <p role="status" className="mt-2 min-h-6 text-sm text-leaf">
          {news?.done && t(news.list.wish ? "savedTo" : "takenOff", { name: news.list.name })}
        </p>
        {news && !news.done && <ListProblem problem={news.problem} of={news.list.name} />}
      </div>
      {cap !== null && (
        <div className="mt-2 border-t border-line pt-4">
          {lists.length < cap ? (
            <NewListForm onMade={made} />
          ) : (
            <p ref={full} tabIndex={-1} className="text-sm text-ink-soft outline-none">
              {t("full", { cap })}{" "}
              <Link href="/lists" className="text-ink">
                {t("toLists")}
              </Link>
            </p>
          )}
        </div>
      )}
      <p className="mt-5 flex justify-end">
        <Button onClick={onClose}>{common("done")}</Button>
      </p>
    </>
  );
}

function Waiting({ label }: { label: string }) {
  return (
    <>
      <p role="status" className="sr-only">
        {label}
      </p>
      <Skeleton className="h-12" />
      <Skeleton className="mt-1 h-12" />
    </>
  );
}
