import { expect, test } from "vitest";

import { parseSearchQuery } from "@/app/_lib/search-query";
import { hides, ignoredIn, partsOf } from "./_understood";

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
  mode_applied: true,
  needs_place: false,
  leftover: [],
};

test("where, when, what for, with, without", () => {
  expect(partsOf(understood, query).map((part) => part.kind)).toEqual(["area", "time", "mode", "wanted", "avoided"]);
});

test("a tag goes with its words, a place, a time and the mood by not counting", () => {
  const without = partsOf(understood, query).map((part) => part.without);
  expect(without[0]).toEqual({ ...query, ignoresAreas: true });
  expect(without[1]).toEqual({ ...query, ignoresTimes: true });
  expect(without[2]).toEqual({ ...query, ignoresMode: true });
  expect(without[3]?.text).toBe("大安區不要限時");
  expect(without[4]?.text).toBe("大安區安靜");
});

test("of several places one goes with its words, wherever they stand", () => {
  const asked = parseSearchQuery({ text: "大安區或信義區、大安" });
  const place = (district: string, start: number, end: number) => ({
    ...area(true),
    areas: [{ city: "台北市", district }],
    query_span: { start, end, text: "" },
  });
  const areas = [place("大安區", 0, 3), place("信義區", 4, 7), place("大安區", 8, 10)];
  const parts = partsOf({ ...understood, areas, wanted: [], avoided: [], time: null, mode: null }, asked);
  expect(parts.map((part) => part.without.text)).toEqual(["信義區", "大安區或、大安"]);
  expect(parts.some((part) => part.without.ignoresAreas)).toBe(false);
});

test("what is denied together with something else is never wished for afterwards", () => {
  const asked = parseSearchQuery({ text: "安靜 不要限時和低消或寵物" });
  const avoided = [tag("time_limit", 3, 7), tag("minimum_charge", 3, 10), tag("pets_welcome", 3, 13)];
  const parts = partsOf({ ...understood, areas: [], wanted: [], avoided, time: null, mode: null }, asked);
  expect(parts.map((part) => part.without.text)).toEqual(["安靜", "安靜 不要限時", "安靜 不要限時和低消"]);
});

test("what does not count is not told as if it did", () => {
  const parts = partsOf({ ...understood, areas: [area(false)], time: null, mode_applied: false }, query);
  expect(parts.map((part) => part.kind)).toEqual(["wanted", "avoided"]);
});

test("only places and times leave cafés out", () => {
  const hiding = partsOf(understood, query).filter(hides);
  expect(hiding.map((part) => part.kind)).toEqual(["area", "time"]);
});

test("what is ignored can be made to count again, if the text says any of it", () => {
  const ignoring = parseSearchQuery({ text, areas: "ignore", times: "ignore", modes: "ignore" });
  expect(ignoredIn(understood, query)).toEqual([]);
  expect(ignoredIn(understood, ignoring)).toEqual([
    { what: "area", without: { ...ignoring, ignoresAreas: false } },
    { what: "time", without: { ...ignoring, ignoresTimes: false } },
    { what: "mode", without: { ...ignoring, ignoresMode: false } },
  ]);
  expect(ignoredIn({ ...understood, areas: [], time: null, mode: null }, ignoring)).toEqual([]);
});

test("no mood is said not to count where another was chosen", () => {
  const chosen = parseSearchQuery({ text, modes: "ignore", mode: "rest" });
  expect(ignoredIn(understood, chosen)).toEqual([]);
});
