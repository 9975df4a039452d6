import { expect, test } from "vitest";

import { districtPath } from "@/app/_lib/district-path";

test("a district has a page below its city's, and that one below all", () => {
  expect(districtPath("台北市", "大安區")).toBe(
    `/districts/${encodeURIComponent("台北市")}/${encodeURIComponent("大安區")}`,
  );
  expect(districtPath("台北市", "")).toBe(`/districts/${encodeURIComponent("台北市")}`);
  expect(districtPath("", "")).toBe("/districts");
});

test("a name that is written like a part of an address stays one piece of the path", () => {
  const path = districtPath("a/b?c#d", "//evil.example\\");
  expect(path.split("/").slice(2).map(decodeURIComponent)).toEqual(["a/b?c#d", "//evil.example\\"]);
  expect(new URL(path, "https://caferoam.example")).toMatchObject({
    origin: "https://caferoam.example",
    search: "",
    hash: "",
  });
});
