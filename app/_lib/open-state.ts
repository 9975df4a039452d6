import type { Locale } from "@/app/_i18n/routing";

const TAIPEI = "Asia/Taipei";

/** How `common.open` says whether a café is open; `time` is when that changes, for those sentences that name it. */
export type OpenState = { key: "now" | "closed" | "until" | "opens" | "always" | "unknown"; time: string };

/**
 * Puts the API's `is_open_now` and `next_change_at` (ISO 8601, or null) into words' keys.
 *
 * Times are Taipei's, of 24 hours; one on another day than `now` has its weekday in front.
 */
export function openState(
  isOpenNow: boolean | null,
  nextChangeAt: string | null,
  now: Date,
  locale: Locale,
): OpenState {
  if (isOpenNow === null) return { key: "unknown", time: "" };
  if (nextChangeAt === null) return { key: isOpenNow ? "always" : "closed", time: "" };
  const change = new Date(nextChangeAt);
  const isToday = dayOf(change) === dayOf(now);
  const options: Intl.DateTimeFormatOptions = {
    timeZone: TAIPEI,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  };
  if (!isToday) options.weekday = "short";
  const time = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-TW", options).format(change);
  return { key: isOpenNow ? "until" : "opens", time };
}

function dayOf(moment: Date): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: TAIPEI, dateStyle: "short" }).format(moment);
}
