"use client";

import { useTranslations } from "next-intl";
import { type MouseEvent, useEffect, useRef, useState } from "react";

import { buttonClass } from "@/app/_components/button";
import { Notice } from "@/app/_components/notice";
import { Link } from "@/app/_i18n/routing";
import type { Loaded, Problem } from "@/app/_lib/problem";
import { problemKey, waitOf } from "@/app/_lib/problem-key";

type Page<T> = { results: readonly T[]; next_cursor: string | null };

/** The rows of a list that grows page by page. */
export function usePages<T>(first: Page<T>, ask: (cursor: string) => Promise<Loaded<Page<T>>>) {
  const [pages, setPages] = useState([first]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const cursor = pages.at(-1)?.next_cursor ?? null;
  async function more() {
    if (cursor === null || isBusy) return;
    setBusy(true);
    const answer = await ask(cursor);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) setPages((before) => [...before, answer.data]);
  }
  return { rows: pages.flatMap((page) => page.results), cursor, more, problem, isBusy };
}

type Props = { href: string; onMore: () => Promise<void>; isBusy: boolean; problem: Problem | null; shown: number };

/**
 * Leads to the next page, or with a script adds it to this one. The focus goes on to the first row that is new.
 *
 * Stands right behind the list it lengthens.
 */
export function More({ href, onMore, isBusy, problem, shown }: Props) {
  const t = useTranslations("common");
  const before = useRef<number | null>(null);
  const link = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (before.current === null || before.current >= shown) return;
    const row = link.current?.previousElementSibling?.children[before.current];
    row?.querySelector("a")?.focus();
    before.current = null;
  }, [shown]);
  function press(event: MouseEvent) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    before.current = shown;
    void onMore();
  }
  return (
    <div ref={link} className="mt-6 flex flex-col items-center gap-3">
      {problem && <Notice tone="bad">{t(`problem.${problemKey(problem)}`, waitOf(problem))}</Notice>}
      <Link
        href={href}
        prefetch={false}
        onClick={press}
        aria-disabled={isBusy || undefined}
        className={buttonClass("quiet")}
      >
        {t(isBusy ? "loading" : "shop.more")}
      </Link>
    </div>
  );
}
