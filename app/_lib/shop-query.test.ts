import { expect, test } from "vitest";

import { apiParams, hrefOf, parseShopQuery, shopChips, shopParams } from "@/app/_lib/shop-query";

test("an address is read and written the same", () => {
  const params = {
    city: "台北市",
    district: "大安區",
    tag: ["wifi", "quiet"],
    mode: "work",
    open_now: "true",
    q: "咖啡",
  };
  const query = parseShopQuery(params);
  expect(hrefOf("/shops", shopParams(query))).toBe(
    `/shops?${new URLSearchParams([
      ["city", "台北市"],
      ["district", "大安區"],
      ["tag", "wifi"],
      ["tag", "quiet"],
      ["mode", "work"],
      ["open_now", "true"],
      ["q", "咖啡"],
    ])}`,
  );
});

test("what a form leaves empty is not said", () => {
  expect(shopParams(parseShopQuery({ city: "", district: "  ", q: "", order: "", tag: "" }))).toEqual([]);
});

test("what the API would refuse is not said", () => {
  const query = parseShopQuery({
    mode: "dance",
    order: "price",
    near: "here",
    bbox: "1,2",
    tag: "<b>",
    q: "a".repeat(101),
  });
  expect(shopParams(query)).toEqual([]);
});

test("an order by distance needs a place to be far from", () => {
  expect(parseShopQuery({ order: "distance" }).order).toBeNull();
  expect(parseShopQuery({ order: "distance", near: "25.03,121.56" }).order).toBe("distance");
});

test("a tag that is said twice counts once", () => {
  expect(parseShopQuery({ tag: ["wifi", "wifi"] }).tags).toEqual(["wifi"]);
});

test("the API is told how far near is", () => {
  expect(apiParams(parseShopQuery({ near: "25.03,121.56" }))).toContainEqual(["radius_m", "3000"]);
  expect(apiParams(parseShopQuery({}))).toEqual([]);
});

test("each chip takes off itself alone", () => {
  const query = parseShopQuery({ tag: ["wifi", "quiet"], mode: "rest", open_now: "true" });
  const chips = shopChips(query);
  expect(chips.map((chip) => [chip.kind, chip.value])).toEqual([
    ["mode", "rest"],
    ["openNow", "true"],
    ["tag", "wifi"],
    ["tag", "quiet"],
  ]);
  expect(chips[2]?.without).toEqual({ ...query, tags: ["quiet"] });
});

test("a city takes its district along, and a place the order by distance", () => {
  const query = parseShopQuery({ city: "台北市", district: "大安區", near: "25.03,121.56", order: "distance" });
  const without = (kind: string) => shopChips(query).find((chip) => chip.kind === kind)?.without;
  expect(without("city")).toMatchObject({ city: "", district: "" });
  expect(without("near")).toMatchObject({ near: "", order: null, city: "台北市" });
});
