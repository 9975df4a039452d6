import { expect, test } from "vitest";

import { kindOf, redrawn, refusalOf, unreadable } from "@/app/_lib/photos/plan";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const photo = { kind: "jpeg", bytes: 900_000, width: 3000, height: 2000 } as const;

test.each([
  ["\xff\xd8\xff\xe1..Exif", "jpeg"],
  ["\x89PNG\r\n\x1a\n", "png"],
  ["RIFF\0\0\0\0WEBPVP8 ", "webp"],
  ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"],
  ["\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"],
  ["\0\0\0\x1cftypavif\0\0\0\0mif1", "avif"],
  ["\0\0\0\x18ftypisom\0\0\0\0", "unknown"],
  ["GIF89a", "gif"],
  ["%PDF-1.7", "pdf"],
  ["PK\x03\x04", "zip"],
  ["\xef\xbb\xbf <svg xmlns", "svg"],
  ["<!DOCTYPE html>", "html"],
  ["", "unknown"],
] as const)("a file is known by its first bytes: %j", (head, kind) => {
  expect(kindOf(bytes(head))).toBe(kind);
});

test("what no browser turns into a photo is refused at once, with the API's reason", () => {
  expect(refusalOf("gif")).toBe("type_gif");
  expect(refusalOf("unknown")).toBe("type_unknown");
  expect(refusalOf("heic")).toBeNull();
});

test("a HEIC that the browser cannot read is called one, a broken JPEG is damaged", () => {
  expect(unreadable("heic", 9_000_000)).toBe("type_heic");
  expect(unreadable("jpeg", 900_000)).toBe("damaged");
});

test("one that is too much for the browser is not called broken", () => {
  expect(unreadable("jpeg", 60_000_000)).toBe("too_large");
});

test("a photo that is light enough goes as it is, however many pixels it has", () => {
  expect(redrawn(photo)).toBeNull();
});

test("a heavy one is made smaller, in its proportions", () => {
  expect(redrawn({ ...photo, bytes: 4_000_000, width: 4032, height: 3024 })).toEqual({ width: 2560, height: 1920 });
});

test("a heavy one with few pixels goes as it is while the API takes it", () => {
  expect(redrawn({ ...photo, bytes: 4_000_000, width: 2000, height: 1500 })).toBeNull();
});

test("nothing is made larger: a small picture of too many bytes keeps its size", () => {
  expect(redrawn({ kind: "png", bytes: 6_000_000, width: 1400, height: 1000 })).toEqual({ width: 1400, height: 1000 });
});

test("what the API does not take is drawn anew, whatever it weighs", () => {
  expect(redrawn({ kind: "heic", bytes: 1000, width: 800, height: 600 })).toEqual({ width: 800, height: 600 });
  expect(redrawn({ kind: "png", bytes: 1000, width: 9000, height: 3 })).toEqual({ width: 2560, height: 1 });
  expect(redrawn({ kind: "jpeg", bytes: 1000, width: 7000, height: 7000 })).toEqual({ width: 2560, height: 2560 });
});
