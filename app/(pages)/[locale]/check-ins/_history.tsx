"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import type { CheckIn } from "@/app/_components/check-ins/use-fresh-check-in";
import { useRouter } from "@/app/_i18n/routing";

import { Card } from "./_card";

/** A page of the member's check-ins. What is deleted goes at once, and is said. */
export function History({ checkIns }: { checkIns: readonly CheckIn[] }) {
  const t = useTranslations("checkin.history");
  const router = useRouter();
  const [deleted, setDeleted] = useState<readonly string[]>([]);
  const [news, setNews] = useState("");
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The button that was pressed has gone with its card.
    if (news) status.current?.focus();
  }, [news]);
  const shown = checkIns.filter(({ id }) => !deleted.includes(id));
  const forget = (id: string, name: string) => {
    setDeleted((ids) => [...ids, id]);
    setNews(t("deleted", { name }));
    router.refresh();
  };
  return (
    <>
      <p ref={status} role="status" tabIndex={-1} className="min-h-6 text-leaf outline-none">
        {news}
      </p>
      <ul className="mt-2 space-y-4">
        {shown.map((checkIn) => (
          <li key={checkIn.id}>
            <Card checkIn={checkIn} onDeleted={(name) => forget(checkIn.id, name)} />
          </li>
        ))}
      </ul>
    </>
  );
}
