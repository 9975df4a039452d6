import { expect, test } from "vitest";

import { cleanName, cleanNote, lengthOf } from "@/app/_lib/written-text";

test("a pasted note loses what nobody sees, and keeps its lines", () => {
  expect(cleanNote("\u200b靠窗\r\n的位子\u2028有插座\u0007 ")).toBe("靠窗\n的位子\n有插座");
});

test("emoji that are joined stay joined", () => {
  expect(cleanNote("👩‍💻")).toBe("👩‍💻");
});

test("a name is one line", () => {
  expect(cleanName("  想去\n的 \t店 ")).toBe("想去 的 店");
});

test("letters are counted as the API counts them", () => {
  expect(lengthOf("咖啡☕🍰")).toBe(4);
});
