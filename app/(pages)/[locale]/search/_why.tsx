import { useLocale, useTranslations } from "next-intl";

import { EvidenceText } from "@/app/_components/evidence";
import { labelOf } from "@/app/_lib/labels";
import type { components } from "@/app/_lib/schema";
import { pointsByPart, pointsOf } from "./_score";

type Result = components["schemas"]["Result"];

/** Why a café stands where it does: what matches and whose words say so, what is missing, and how the score adds up. */
export function Why({ result }: { result: Result }) {
  const t = useTranslations("search.why");
  const locale = useLocale();
  const { matched, total_score } = result;
  const named = (tags: readonly { label: string; label_zh: string }[]) =>
    tags.map((tag) => labelOf(tag, locale)).join(locale === "en" ? ", " : "、");
  return (
    <div className="mt-3 border-t border-line pt-3">
      {matched.name && <p className="font-semibold text-leaf">{t("name")}</p>}
      {matched.tags.length > 0 && (
        <ul aria-label={t("title")} className="grid gap-1">
          {matched.tags.map((tag) => (
            <li key={tag.id} className="flex gap-2">
              <span aria-hidden="true" className="font-bold text-leaf">
                ✓
              </span>
              <span className="min-w-0">
                <span className="font-semibold">{labelOf(tag, locale)}</span>
                {tag.implied && <span className="text-sm text-ink-soft"> {t("implied")}</span>}
                {tag.evidence && (
                  <span className="ms-1.5 text-sm text-ink-soft">
                    <EvidenceText quote={tag.evidence} />
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {matched.avoided.length > 0 && (
        <p className="mt-1 flex gap-2 text-brick">
          <span aria-hidden="true" className="font-bold">
            ×
          </span>
          {t("avoided", { names: named(matched.avoided) })}
        </p>
      )}
      {matched.missing.length > 0 && (
        <p className="mt-1 flex gap-2 text-sm text-ink-soft">
          <span aria-hidden="true" className="font-bold">
            ?
          </span>
          {t("missing", { names: named(matched.missing) })}
        </p>
      )}
      <details className="relative z-10 mt-2">
        <summary className="-ms-2 inline-flex min-h-9 items-center gap-1.5 rounded-full px-2 text-sm font-semibold text-brew hover:bg-sunken">
          {t("score", { score: pointsOf(total_score) })}
          <span aria-hidden="true" className="[details[open]_&]:rotate-180">
            ▾
          </span>
        </summary>
        <dl className="mt-1 grid grid-cols-[auto_minmax(4rem,1fr)_auto] items-center gap-x-3 gap-y-1.5 rounded-2xl bg-sunken p-3 text-sm">
          {pointsByPart(matched.parts).map(({ name, points, most }) => (
            <div key={name} className="col-span-3 grid grid-cols-subgrid items-center">
              <dt>{t(`parts.${name}`)}</dt>
              <Bar points={points} most={most} />
              <dd className="text-end tabular-nums">
                {most > 0 && t("part", { score: points, most })}
                {most < 0 && (points === 0 ? t("noMinus") : t("minus", { score: -points }))}
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

/** As long as what the part could give, filled as far as it did. Its words stand beside it. */
function Bar({ points, most }: { points: number; most: number }) {
  const share = most === 0 ? 0 : Math.min(100, Math.max(0, (100 * points) / most));
  return (
    <dd
      aria-hidden="true"
      className="h-2.5 overflow-hidden rounded-full bg-line"
      style={{ width: `${Math.max(8, Math.abs(most))}%` }}
    >
      <div className={`h-full rounded-full ${most < 0 ? "bg-brick" : "bg-leaf"}`} style={{ width: `${share}%` }} />
    </dd>
  );
}
