import { expect, test } from "vitest";

import { fontsFor, readSlices } from "./fonts";

test("a style sheet is read into files and code points", () => {
  const css = `
    @font-face { font-weight: 700; src: url(./files/a-700-normal.woff2) format('woff2'), url(./files/a-700-normal.woff) format('woff'); unicode-range: U+4e00,U+5496-5497, U+4??; }
    @font-face { src: url(./files/b-700-normal.woff) format('woff'); unicode-range: U+0000-00FF; }`;
  expect(readSlices(css)).toEqual([
    {
      file: "a-700-normal.woff",
      ranges: [
        [0x4e00, 0x4e00],
        [0x5496, 0x5497],
        [0x400, 0x4ff],
      ],
    },
    { file: "b-700-normal.woff", ranges: [[0, 0xff]] },
  ]);
});

test("only the pieces that a text needs are read", async () => {
  const latin = await fontsFor("CafeRoam");
  const both = await fontsFor("CafeRoam 啡遊：依你想做的事");
  expect(latin.length).toBeGreaterThan(0);
  expect(both.length).toBeGreaterThan(latin.length);
  expect(both.length).toBeLessThan(30);
  expect(await fontsFor("")).toEqual([]);
});
