import { expect, test } from "vitest";

import { alternates } from "@/app/_lib/alternates";

test.each([
  ["/", "/", "/en"],
  ["/shops/1", "/shops/1", "/en/shops/1"],
  [
    "/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
    "/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
    "/en/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
  ],
])("%s has one address in each language, and Chinese is for everybody else", (path, zh, en) => {
  const languages = { "zh-Hant-TW": zh, en, "x-default": zh };
  expect(alternates(path, "zh-TW")).toEqual({ canonical: zh, languages });
  expect(alternates(path, "en")).toEqual({ canonical: en, languages });
});
