import { expect, test } from "vitest";

import { taipeiWeekday, weekdayName } from "@/app/_lib/weekdays";

test.each([
  [1, "Monday", "星期一"],
  [2, "Tuesday", "星期二"],
  [3, "Wednesday", "星期三"],
  [4, "Thursday", "星期四"],
  [5, "Friday", "星期五"],
  [6, "Saturday", "星期六"],
  [7, "Sunday", "星期日"],
])("day %i is %s, and %s", (day, en, zh) => {
  expect([weekdayName(day, "en"), weekdayName(day, "zh-TW")]).toEqual([en, zh]);
});

test.each([
  ["2026-11-23T00:00:00+08:00", 1],
  ["2026-11-22T23:59:59+08:00", 7],
  ["2026-11-22T16:00:00Z", 1],
  ["2026-11-28T12:00:00+08:00", 6],
])("at %s it is day %i in Taipei", (moment, day) => {
  expect(taipeiWeekday(new Date(moment))).toBe(day);
});
