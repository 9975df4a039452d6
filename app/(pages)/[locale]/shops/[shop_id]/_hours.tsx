import { useLocale, useTranslations } from "next-intl";

import { taipeiWeekday, weekdayName } from "@/app/_lib/weekdays";
import type { components } from "@/app/_lib/schema";

type Week = components["schemas"]["OpeningHours"];

/** The week, today in bold. What nobody knows is said to be unknown, beside what the source says. */
export function Hours({ hours, raw }: { hours: Week | null; raw: string }) {
  const t = useTranslations("shop.hours");
  const locale = useLocale();
  const today = taipeiWeekday(new Date());
  return (
    <section aria-labelledby="hours">
      <h2 id="hours" className="text-xl font-bold">
        {t("title")}
      </h2>
      {hours === null && <p className="mt-3 text-ink-soft">{t("unknown")}</p>}
      {hours?.always_open && <p className="mt-3">{t("always")}</p>}
      {hours && !hours.always_open && (
        <table className="mt-3 w-full text-left">
          <caption className="sr-only">{t("caption")}</caption>
          <tbody>
            {hours.week.map(({ day, intervals }) => (
              <tr
                key={day}
                className={day === today ? "font-bold" : ""}
                aria-current={day === today ? "date" : undefined}
              >
                <th scope="row" className="w-1/3 py-1 pe-3 align-top [font-weight:inherit]">
                  {weekdayName(day, locale)}
                </th>
                <td className="py-1 tabular-nums">
                  {intervals.length === 0
                    ? t("closed")
                    : intervals.map(({ opens, closes }) => (
                        <span key={opens} className="block">
                          {opens}–{closes}
                          {closes <= opens && ` ${t("nextDay")}`}
                        </span>
                      ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {raw && (
        <details className="mt-2 text-sm text-ink-soft">
          <summary className="py-1">{t("published")}</summary>
          <p className="whitespace-pre-line">{raw}</p>
        </details>
      )}
    </section>
  );
}
