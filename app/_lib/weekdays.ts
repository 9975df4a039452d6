import type { Locale } from "@/app/_i18n/routing";

const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The name of a day of the week; 1 is Monday, 7 Sunday (ISO 8601). */
export function weekdayName(day: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(MONDAY + (day - 1) * DAY_MS);
}

/** Which day of the week it is in Taipei; 1 is Monday. */
export function taipeiWeekday(moment: Date): number {
  const short = new Intl.DateTimeFormat("en-US", { weekday: "short", timeZone: "Asia/Taipei" }).format(moment);
  return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(short) + 1;
}
