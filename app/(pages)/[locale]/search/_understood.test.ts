import { expect, test } from "vitest";

import { parseSearchQuery } from "@/app/_lib/search-query";
import { partsOf } from "./_understood";

const text = "大安區安靜不要限時";
const query = parseSearchQuery({ text });
const tag = (id: string, start: number, end: number, implied = false) => ({
  id,
  label: id,
  label_zh: id,
  implied,
  query_span: { start, end, text: [...text].slice(start, end).join("") },
});
const area = (applied: boolean) => ({
  areas: [{ city: "台北市", district: "大安區" }],
  excluded: false,
  applied,
  query_span: { start: 0, end: 3, text: "大安區" },
});
const understood = {
  text,
  wanted: [tag("quiet", 3, 5), tag("no_time_limit", 5, 9, true)],
  avoided: [tag("time_limit", 5, 9)],
  areas: [area(true)],
  time: { open_at: "2026-11-29T09:00:00+08:00", applied: true, query_span: { start: 0, end: 0, text: "" } },
  mode: "work" as const,
  needs_place: false,
  leftover: [],
};

test("where, when, what for, with, without", () => {
  expect(partsOf(understood, query).map((part) => part.kind)).toEqual(["area", "time", "mode", "wanted", "avoided"]);
});

test("a tag goes with its words, a place by not filtering", () => {
  const without = partsOf(understood, query).map((part) => part.without);
  expect(without[0]).toEqual({ ...query, ignoresAreas: true });
  expect(without[1]).toEqual({ ...query, ignoresTimes: true });
  expect(without[2]).toBeNull();
  expect(without[3]?.text).toBe("大安區不要限時");
  expect(without[4]?.text).toBe("大安區安靜");
});

test("what does not filter is not told as if it did", () => {
  const parts = partsOf({ ...understood, areas: [area(false)], time: null, mode: null }, query);
  expect(parts.map((part) => part.kind)).toEqual(["wanted", "avoided"]);
});

test("a mood that was chosen is among the filters already", () => {
  const chosen = parseSearchQuery({ text, mode: "rest" });
  expect(partsOf(understood, chosen).some((part) => part.kind === "mode")).toBe(false);
});
