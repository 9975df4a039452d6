"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { Button } from "@/app/_components/button";
import { ListProblem } from "@/app/_components/lists/list-problem";
import { useRouter } from "@/app/_i18n/routing";
import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";

/** Asks once more, then deletes a list and goes back to the others. */
export function DeleteList({ listId, count, onClose }: { listId: string; count: number; onClose: () => void }) {
  const t = useTranslations("lists");
  const common = useTranslations("common");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function deleteList() {
    setBusy(true);
    setProblem(null);
    const answer = await loaded(api.DELETE("/lists/{list_id}", { params: { path: { list_id: listId } } }));
    if (answer.ok || answer.problem.status === 404) {
      router.push("/lists");
      return router.refresh();
    }
    setBusy(false);
    setProblem(answer.problem);
  }

  return (
    <>
      <p className="mt-3">{t("deleteText", { count })}</p>
      {problem && (
        <div className="mt-3">
          <ListProblem problem={problem} />
        </div>
      )}
      <p className="mt-5 flex flex-wrap justify-end gap-3">
        <Button look="quiet" onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button look="danger" busy={busy} onClick={() => void deleteList()}>
          {t("deleteYes")}
        </Button>
      </p>
    </>
  );
}
