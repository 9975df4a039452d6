import { expect, test } from "vitest";

import { openState } from "@/app/_lib/open-state";

const MONDAY_NOON = new Date("2026-11-23T12:00:00+08:00");

test.each([
  ["unknown, whatever else is said", null, "2026-11-23T18:00:00+08:00", "unknown"],
  ["always open", true, null, "always"],
  ["closed, and nobody knows until when", false, null, "closed"],
] as const)("hours that are %s name no time", (_what, isOpen, change, key) => {
  expect(openState(isOpen, change, MONDAY_NOON, "en")).toEqual({ key, time: "" });
});

test.each([
  ["2026-11-23T18:00:00+08:00", "18:00", "18:00"],
  ["2026-11-23T10:30:00Z", "18:30", "18:30"],
  ["2026-11-23T23:59:00+08:00", "23:59", "23:59"],
  ["2026-11-24T00:00:00+08:00", "Tue 00:00", "週二 00:00"],
  ["2026-11-29T09:05:00+08:00", "Sun 09:05", "週日 09:05"],
])("a change at %s is at %s, and at %s", (change, en, zh) => {
  expect(openState(true, change, MONDAY_NOON, "en")).toEqual({ key: "until", time: en });
  expect(openState(false, change, MONDAY_NOON, "zh-TW")).toEqual({ key: "opens", time: zh });
});

test("which day it is goes by Taipei's clock, not by ours or by London's", () => {
  const lateInTaipei = new Date("2026-11-23T15:30:00Z"); // 23:30 there
  expect(openState(true, "2026-11-23T16:30:00Z", lateInTaipei, "en").time).toBe("Tue 00:30");
  expect(openState(true, "2026-11-23T15:45:00Z", lateInTaipei, "en").time).toBe("23:45");
});
