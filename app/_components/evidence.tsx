import { useTranslations } from "next-intl";

import { readEvidence } from "@/app/_lib/evidence";

/** What a tag rests on, as people say it; words of a text are in quotation marks. */
export function EvidenceText({ quote }: { quote: string }) {
  const t = useTranslations("common.evidence");
  const evidence = readEvidence(quote);
  switch (evidence.kind) {
    case "vote":
      return <span>{t("vote", { score: evidence.score })}</span>;
    case "answer":
      return <span>{t(evidence.sure ? "answer" : "sometimes")}</span>;
    case "words":
      return <q className="[quotes:none]">{t("quote", { quote: evidence.words })}</q>;
  }
}
