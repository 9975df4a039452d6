import { useLocale, useTranslations } from "next-intl";

import { openState } from "@/app/_lib/open-state";

const TONES = {
  now: "text-leaf",
  until: "text-leaf",
  always: "text-leaf",
  closed: "text-brick",
  opens: "text-brick",
  unknown: "text-ink-soft",
} as const;

/** Whether a café is open, and until when. */
export function OpenBadge({ isOpenNow, nextChangeAt }: { isOpenNow: boolean | null; nextChangeAt: string | null }) {
  const t = useTranslations("common.open");
  const state = openState(isOpenNow, nextChangeAt, new Date(), useLocale());
  return (
    <span suppressHydrationWarning className={`font-semibold ${TONES[state.key]}`}>
      {t(state.key, { time: state.time })}
    </span>
  );
}
