import { expect, test } from "vitest";

import { areaName } from "@/app/_lib/cities";

test.each([
  ["台北市", "大安區", "台北市大安區", "大安區, Taipei"],
  ["台北市", "", "台北市", "Taipei"],
  ["", "", "", ""],
  ["夢幻市", "雲區", "夢幻市雲區", "雲區, 夢幻市"],
])("%s %s", (city, district, chinese, english) => {
  expect(areaName({ city, district }, "zh-TW")).toBe(chinese);
  expect(areaName({ city, district }, "en")).toBe(english);
});
