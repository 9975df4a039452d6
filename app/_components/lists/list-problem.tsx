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

/** Says why something was not done to a list, and to what list where that is `of`. Needs the texts of `lists`. */
export function ListProblem({ problem, of }: { problem: Problem; of?: string | undefined }) {
  const t = useTranslations("lists");
  const key = OWN.find((code) => code === problem.code);
  const said = key && t(`problem.${key}`);
  if (of === undefined) return <MemberProblem problem={problem} sentence={said} />;
  return (
    <>
      <p className="mb-1 font-semibold text-brick">{t("notSaved", { name: of })}</p>
      <MemberProblem problem={problem} sentence={said} />
    </>
  );
}
