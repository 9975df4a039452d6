"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";

import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field } from "@/app/_components/field";
import { ListProblem } from "@/app/_components/lists/list-problem";
import { nameExcess } from "@/app/_components/lists/new-list-form";
import { useRouter } from "@/app/_i18n/routing";
import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";
import { cleanName } from "@/app/_lib/written-text";

import { DeleteList } from "./_delete-list";

type Props = { listId: string; name: string; count: number };

/** The name of a list, with the ways to change it and to delete the list. */
export function Title({ listId, name: given, count }: Props) {
  const t = useTranslations("lists");
  const [name, setName] = useState(given);
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const [news, setNews] = useState("");
  const close = () => setOpen(null);
  return (
    <header>
      <h1 className="text-3xl font-bold sm:text-4xl">{name}</h1>
      <p className="mt-1 text-ink-soft">{t("cafes", { count })}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button look="quiet" onClick={() => setOpen("rename")}>
          {t("rename")}
        </Button>
        <Button look="quiet" onClick={() => setOpen("delete")}>
          {t("delete")}
        </Button>
      </div>
      <p role="status" className="min-h-6 text-sm text-leaf">
        {news}
      </p>
      <Dialog open={open === "rename"} onClose={close} title={t("rename")}>
        <Rename
          listId={listId}
          name={name}
          onClose={close}
          onRenamed={(next) => {
            setName(next);
            setNews(t("renamed", { name: next }));
            close();
          }}
        />
      </Dialog>
      <Dialog open={open === "delete"} onClose={close} title={t("deleteTitle", { name })}>
        <DeleteList listId={listId} count={count} onClose={close} />
      </Dialog>
    </header>
  );
}

type RenameProps = { listId: string; name: string; onClose: () => void; onRenamed: (name: string) => void };

function Rename({ listId, name, onClose, onRenamed }: RenameProps) {
  const t = useTranslations("lists");
  const common = useTranslations("common");
  const router = useRouter();
  const [text, setText] = useState(name);
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const over = nameExcess(text);

  async function rename(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const wanted = cleanName(text);
    setMissing(wanted === "");
    setProblem(null);
    if (wanted === "" || over > 0) return document.getElementById("list-name")?.focus();
    setBusy(true);
    const params = { path: { list_id: listId } };
    const answer = await loaded(api.PATCH("/lists/{list_id}", { params, body: { name: wanted } }));
    setBusy(false);
    if (!answer.ok) return setProblem(answer.problem);
    onRenamed(answer.data.name);
    router.refresh();
  }

  return (
    <form onSubmit={(event) => void rename(event)} noValidate className="mt-4">
      <Field
        id="list-name"
        label={t("renameLabel")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        error={(missing && t("nameMissing")) || (over > 0 && t("noteLong", { over }))}
      />
      {problem && (
        <div className="mt-3">
          <ListProblem problem={problem} keepsPage />
        </div>
      )}
      <p className="mt-5 flex flex-wrap justify-end gap-3">
        <Button look="quiet" onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button type="submit" busy={busy}>
          {t("saveName")}
        </Button>
      </p>
    </form>
  );
}
