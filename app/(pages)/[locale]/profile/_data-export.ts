import type { Locale } from "@/app/_i18n/routing";
import type { components } from "@/app/_lib/schema";

export type DataExport = components["schemas"]["Export"];
export type Phase = "none" | DataExport["status"];

/** How an export stands at this moment: a file whose time is up is gone, whatever was said of it. */
export function phaseOf(known: DataExport | null, now: Date): Phase {
  if (known === null) return "none";
  return known.status === "ready" && msLeft(known, now) <= 0 ? "expired" : known.status;
}

/** For how long a file can still be fetched. */
export function msLeft(known: DataExport, now: Date): number {
  return known.expires_at === null ? 0 : new Date(known.expires_at).getTime() - now.getTime();
}

/** Where the file is fetched, under a name that says what it is. */
export function downloadUrl(url: string): string {
  const named = new URL(url);
  named.searchParams.set("download", "caferoam.zip");
  return named.href;
}

/** A size as people say it. */
export function sizeLabel(bytes: number, locale: Locale): string {
  const isLarge = bytes >= 1_000_000;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(Math.max(1, isLarge ? bytes / 1_000_000 : bytes / 1000));
}
