"use client";

import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Notice } from "@/app/_components/notice";
import { getPathname, Link, usePathname } from "@/app/_i18n/routing";
import { withNext } from "@/app/_lib/next-path";
import type { Problem } from "@/app/_lib/problem";
import { problemKey, waitOf } from "@/app/_lib/problem-key";
import { wayIn } from "@/app/_lib/way-in";

/**
 * Says why something was not done, and leads where that can be mended: to sign in, say, and back here.
 *
 * `sentence` takes the place of the common one. `keepsPage`: the way opens in another tab, as this one has things that
 * would be lost.
 */
export function MemberProblem(props: { problem: Problem; sentence?: ReactNode; keepsPage?: boolean }) {
  const { problem, sentence, keepsPage = false } = props;
  const t = useTranslations("common");
  return (
    <Notice tone="bad">
      {sentence ?? t(`problem.${problemKey(problem)}`, waitOf(problem))}{" "}
      <WayIn problem={problem} keepsPage={keepsPage} />
    </Notice>
  );
}

/** The link to where a problem can be mended, if there is such a page. */
export function WayIn({ problem, keepsPage = false }: { problem: Problem; keepsPage?: boolean }) {
  const t = useTranslations("common");
  const here = getPathname({ href: usePathname(), locale: useLocale() });
  const way = wayIn(problem);
  if (way === null) return null;
  return (
    <>
      <Link href={withNext(way, here)} target={keepsPage ? "_blank" : undefined} className="inline-block font-semibold">
        {t(`wayIn.${way}`)}
      </Link>
      {keepsPage && ` ${t("wayIn.newTab")}`}
    </>
  );
}
