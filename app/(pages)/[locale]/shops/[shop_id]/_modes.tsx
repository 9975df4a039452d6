import { useLocale, useTranslations } from "next-intl";

import type { components } from "@/app/_lib/schema";

const MODES = ["work", "rest", "social"] as const;

/** How well a café suits each of the three things people do there. */
export function Modes({ modes }: { modes: components["schemas"]["Modes"] | null }) {
  const t = useTranslations("shop.modes");
  const name = useTranslations("common.mode");
  const percent = new Intl.NumberFormat(useLocale(), { style: "percent" });
  return (
    <section aria-labelledby="modes">
      <h2 id="modes" className="text-xl font-bold">
        {t("title")}
      </h2>
      {modes === null ? (
        <p className="mt-3 text-ink-soft">{t("unknown")}</p>
      ) : (
        <dl className="mt-4 grid gap-3">
          {MODES.map((mode) => (
            <div key={mode} className="grid grid-cols-[4rem_1fr_3rem] items-center gap-3">
              <dt className="font-semibold">{name(mode)}</dt>
              <dd className="contents">
                <span aria-hidden="true" className="h-3 overflow-hidden rounded-full border border-line bg-sunken">
                  <span className="block h-full rounded-full bg-brew" style={{ width: percentage(modes[mode]) }} />
                </span>
                <span className="text-end text-sm tabular-nums">{percent.format(modes[mode])}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function percentage(share: number): string {
  return `${Math.round(share * 100)}%`;
}
