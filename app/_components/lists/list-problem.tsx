"use client";

import { useTranslations } from "next-intl";

import { MemberProblem } from "@/app/_components/member-problem";
import type { Problem } from "@/app/_lib/problem";

const OWN = [
  "list_cap_reached",
  "list_name_taken",
  "list_order_mismatch",
  "shop_not_found",
  "invalid_request",
] as const;

type Props = { problem: Problem; of?: string; keepsPage?: boolean };

/**
 * Says why something was not done to a list, and to what list where that is `of`. `keepsPage`: something was typed that
 * another page would lose. Needs the texts of `lists`.
 */
export function ListProblem({ problem, of, keepsPage = false }: Props) {
  const t = useTranslations("lists");
  const key = OWN.find((code) => code === problem.code);
  const said = key && t(`problem.${key}`);
  if (of === undefined) return <MemberProblem problem={problem} sentence={said} keepsPage={keepsPage} />;
  return (
    <>
      <p className="mb-1 font-semibold text-brick">{t("notSaved", { name: of })}</p>
      <MemberProblem problem={problem} sentence={said} />
    </>
  );
}
