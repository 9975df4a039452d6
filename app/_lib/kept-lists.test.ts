import { expect, test } from "vitest";

import { type KeptChange, type KeptList, keptList, keptReducer, outstanding } from "@/app/_lib/kept-lists";

const list = keptList({ id: "a", name: "想去", items_total: 2 }, false);

function after(...changes: KeptChange[]): readonly KeptList[] {
  return changes.reduce(keptReducer, [list] as readonly KeptList[]);
}

test("a wish is seen at once, and is to be sent", () => {
  const lists = after({ type: "wished", id: "a", wish: true });
  expect(lists[0]).toMatchObject({ wish: true, stored: false, total: 2 });
  expect(outstanding(lists)).toHaveLength(1);
});

test("what is on its way is not sent again", () => {
  expect(outstanding(after({ type: "wished", id: "a", wish: true }, { type: "sent", id: "a" }))).toEqual([]);
});

test("whoever changes their mind meanwhile gets a second request afterwards", () => {
  const lists = after(
    { type: "wished", id: "a", wish: true },
    { type: "sent", id: "a" },
    { type: "wished", id: "a", wish: false },
    { type: "done", id: "a", stored: true },
  );
  expect(lists[0]).toMatchObject({ wish: false, stored: true, total: 3 });
  expect(outstanding(lists)).toHaveLength(1);
});

test("a failure shows what is stored", () => {
  const lists = after({ type: "wished", id: "a", wish: true }, { type: "sent", id: "a" }, { type: "failed", id: "a" });
  expect(lists).toEqual([list]);
});

test("a café that was there already is counted once", () => {
  const there = keptList({ id: "a", name: "想去", items_total: 2 }, true);
  expect(keptReducer([there], { type: "done", id: "a", stored: true })[0]?.total).toBe(2);
});
