import { expect, test } from "vitest";

import { parseSearchQuery, searchApiParams, searchHref, searchParams, withoutSpans } from "@/app/_lib/search-query";

test("words are cut where the API saw them", () => {
  expect(withoutSpans("大安區安靜不要限時 附近有插座", [{ start: 5, end: 9 }])).toBe("大安區安靜 附近有插座");
});

test("an emoji is one sign", () => {
  expect(withoutSpans("☕🐈安靜的店", [{ start: 2, end: 4 }])).toBe("☕🐈的店");
});

test("words at several places go at once", () => {
  const spans = [
    { start: 0, end: 3 },
    { start: 4, end: 6 },
  ];
  expect(withoutSpans("大安區或大安 安靜", spans)).toBe("安靜");
});

test("no comma and no blank is left over", () => {
  expect(withoutSpans("安靜、有貓、不限時", [{ start: 3, end: 5 }])).toBe("安靜、不限時");
  expect(withoutSpans("安靜、不限時", [{ start: 3, end: 6 }])).toBe("安靜");
  expect(withoutSpans("quiet place with wifi", [{ start: 6, end: 11 }])).toBe("quiet with wifi");
  expect(withoutSpans("a café to work in, with wifi", [{ start: 24, end: 28 }])).toBe("a café to work in");
  expect(withoutSpans("quiet and bright", [{ start: 0, end: 5 }])).toBe("bright");
  expect(withoutSpans("andante, 安靜", [{ start: 9, end: 11 }])).toBe("andante");
  expect(withoutSpans("安靜", [{ start: 0, end: 2 }])).toBe("");
});

test("what only looks like a word between two stays", () => {
  expect(withoutSpans("和平東路 安靜", [{ start: 5, end: 7 }])).toBe("和平東路");
  expect(withoutSpans("安靜 和平東路", [{ start: 0, end: 2 }])).toBe("和平東路");
  expect(withoutSpans("永和 安靜", [{ start: 3, end: 5 }])).toBe("永和");
  expect(withoutSpans("或許有貓 安靜", [{ start: 5, end: 7 }])).toBe("或許有貓");
  expect(withoutSpans("有貓和安靜", [{ start: 3, end: 5 }])).toBe("有貓");
});

test("an address is read and written the same", () => {
  const ignored = { areas: "ignore", times: "ignore", modes: "ignore" };
  const query = parseSearchQuery({ text: " 安靜 ", ...ignored, mode: "work", order: "rating" });
  expect(searchParams(query)).toEqual([
    ["text", "安靜"],
    ["areas", "ignore"],
    ["times", "ignore"],
    ["modes", "ignore"],
    ["mode", "work"],
  ]);
});

test("what is set is not lost with the last words", () => {
  const query = parseSearchQuery({ text: "安靜", times: "ignore", mode: "work" });
  expect(searchHref("/search", query)).toBe("/search?text=%E5%AE%89%E9%9D%9C&times=ignore&mode=work");
  expect(searchHref("/search", { ...query, text: "" })).toBe("/shops?mode=work");
  expect(searchHref("/search", parseSearchQuery({}))).toBe("/search");
});

test("without their flags, places, times and the mood count", () => {
  expect(searchApiParams(parseSearchQuery({ text: "安靜", areas: "maybe", modes: "", near: "25.03,121.56" }))).toEqual([
    ["text", "安靜"],
    ["near", "25.03,121.56"],
    ["radius_m", "3000"],
  ]);
});
