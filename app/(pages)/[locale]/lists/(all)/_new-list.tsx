"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";

import { NewListForm } from "@/app/_components/lists/new-list-form";
import { useRouter } from "@/app/_i18n/routing";

/** Starts a list. The page then shows it. */
export function NewList() {
  const t = useTranslations("lists");
  const router = useRouter();
  const [made, setMade] = useState("");
  return (
    <div className="mt-8 max-w-xl rounded-cup border border-dashed border-line-strong p-4 sm:p-5">
      <NewListForm
        onTry={() => setMade("")}
        onMade={(list) => {
          setMade(list.name);
          router.refresh();
        }}
      />
      <p role="status" className="mt-2 min-h-6 text-sm text-leaf">
        {made && t("made", { name: made })}
      </p>
    </div>
  );
}
