import { expect, test } from "vitest";

import { backoff } from "@/app/_lib/backoff";

test("what takes long is asked for less and less, but never forgotten", () => {
  expect([0, 1, 2].map(backoff)).toEqual([1000, 1500, 2250]);
  expect(backoff(50)).toBe(15_000);
});
