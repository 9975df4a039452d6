import { expect, test } from "vitest";

import { districtNames } from "@/app/_components/map/outlines";
import { districtName, fullAreaName, isArea } from "@/app/_lib/area-names";

const DAAN = { city: "台北市", district: "大安區" };

test("English pages say how a district is spoken and how it is written", () => {
  expect(districtName(DAAN, "en")).toBe("Da’an 大安區");
  expect(fullAreaName(DAAN, "en")).toBe("Da’an 大安區, Taipei");
  expect(fullAreaName(DAAN, "zh-TW")).toBe("台北市大安區");
  expect(fullAreaName({ city: "台北市", district: "" }, "en")).toBe("Taipei");
});

test("what the atlas does not know keeps the name it has, and is no area", () => {
  const nowhere = { city: "台北市", district: "虛構區" };
  expect(districtName(nowhere, "en")).toBe("虛構區");
  expect([DAAN, { city: "台北市", district: "" }, nowhere, { city: "虛構市", district: "" }].map(isArea)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("the atlas is unfolded once", () => {
  expect(districtNames()).toBe(districtNames());
});
