import { expect, test } from "vitest";

import { keyring } from "./_post-check-in";
import { pauseAfter } from "./_waiting";

const body = { shop_id: "s", upload_ids: ["a"], note: "" };

test("the same request keeps its key, another gets another", () => {
  const keyFor = keyring();
  const key = keyFor(body);
  expect(keyFor({ ...body })).toBe(key);
  expect(keyFor({ ...body, note: "靠窗" })).not.toBe(key);
  expect(keyFor(body)).toBe(key);
});

test("pauses grow to a limit, and are never shorter than the answer asked for", () => {
  expect([0, 1, 2, 99].map((tried) => pauseAfter(tried))).toEqual([1_000, 2_000, 4_000, 15_000]);
  expect(pauseAfter(0, 7)).toBe(7_000);
});
