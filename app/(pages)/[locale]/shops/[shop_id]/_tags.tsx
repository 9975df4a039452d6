import { useLocale, useTranslations } from "next-intl";

import { EvidenceText } from "@/app/_components/evidence";
import { readEvidence } from "@/app/_lib/evidence";
import { labelOf } from "@/app/_lib/labels";
import type { components } from "@/app/_lib/schema";

type Tag = components["schemas"]["EvidentShopTag"];

const DIMENSIONS = ["functionality", "ambience", "mode", "time", "coffee"] as const;

/** What is said of a café, by dimension, each with the words that it was read from. */
export function Tags({ tags }: { tags: readonly Tag[] }) {
  const t = useTranslations("shop.tags");
  const groups = DIMENSIONS.map((dimension) => ({
    dimension,
    tags: tags.filter((tag) => tag.dimension === dimension),
  })).filter((group) => group.tags.length > 0);
  return (
    <section aria-labelledby="tags">
      <h2 id="tags" className="text-xl font-bold">
        {t("title")}
      </h2>
      {groups.length === 0 && <p className="mt-3 text-ink-soft">{t("none")}</p>}
      {groups.map((group) => (
        <div key={group.dimension} className="mt-5">
          <h3 className="text-sm font-semibold text-ink-soft">{t(`dimension.${group.dimension}`)}</h3>
          <ul className="mt-2 grid items-start gap-2 sm:grid-cols-2">
            {group.tags.map((tag) => (
              <li key={tag.id}>
                <EvidentTag tag={tag} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function EvidentTag({ tag }: { tag: Tag }) {
  const t = useTranslations("shop.tags");
  const locale = useLocale();
  const label = labelOf(tag, locale);
  const sure = tag.confidence >= 0.75 ? "sure" : tag.confidence >= 0.5 ? "likely" : "maybe";
  const head = (
    <>
      <span className="font-semibold">{label}</span>
      <span className="ms-2 text-sm text-ink-soft">{t(tag.source === "curator" ? "curated" : sure)}</span>
    </>
  );
  if (tag.evidence.length === 0) return <p className="rounded-2xl border border-line bg-card px-4 py-2.5">{head}</p>;
  return (
    <details className="rounded-2xl border border-line bg-card px-4 py-2.5">
      <summary>{head}</summary>
      <ul className="mt-2 grid gap-2 border-s-2 border-line ps-3 text-sm text-ink-soft">
        {tag.evidence.map(({ quote, field }) => (
          <li key={`${field} ${quote}`}>
            <EvidenceText quote={quote} />
            {readEvidence(quote).kind === "words" && <span className="whitespace-nowrap"> — {t(fieldKey(field))}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function fieldKey(field: string | null): "from.review" | "from.description" | "from.name" | "from.other" {
  // Words of a review have no field: whose review it was is not said.
  if (field === null) return "from.review";
  return field === "description" || field === "name" ? `from.${field}` : "from.other";
}
