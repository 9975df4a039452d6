import { expect, test } from "vitest";

import { distanceLabel, labelOf } from "@/app/_lib/labels";

test("a tag is called what it is called in the visitor's language", () => {
  const tag = { label: "Quiet", label_zh: "安靜" };
  expect([labelOf(tag, "en"), labelOf(tag, "zh-TW")]).toEqual(["Quiet", "安靜"]);
});

test.each([
  [0, "0 m", "0 公尺"],
  [4, "0 m", "0 公尺"],
  [5, "10 m", "10 公尺"],
  [344, "340 m", "340 公尺"],
  [994, "990 m", "990 公尺"],
  [995, "1 km", "1 公里"],
  [1049, "1 km", "1 公里"],
  [1234, "1.2 km", "1.2 公里"],
  [12_340, "12.3 km", "12.3 公里"],
  [1_234_567, "1,234.6 km", "1,234.6 公里"],
])("%d metres are %s, and %s", (metres, en, zh) => {
  expect([distanceLabel(metres, "en"), distanceLabel(metres, "zh-TW")]).toEqual([en, zh]);
});
