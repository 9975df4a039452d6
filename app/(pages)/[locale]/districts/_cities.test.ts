import { expect, test } from "vitest";

import { group } from "./_cities";

test("districts stand below their own city, and what has most cafés comes first", () => {
  const cities = [
    { city: "台南市", count: 3 },
    { city: "台北市", count: 9 },
    { city: "", count: 1 },
  ];
  const districts = [
    { city: "台北市", district: "中正區", count: 2 },
    { city: "台北市", district: "大安區", count: 6 },
    { city: "台南市", district: "中西區", count: 3 },
    { city: "台北市", district: "", count: 1 },
  ];
  expect(group(cities, districts)).toEqual([
    {
      city: "台北市",
      count: 9,
      districts: [
        { city: "台北市", district: "大安區", count: 6 },
        { city: "台北市", district: "中正區", count: 2 },
      ],
    },
    { city: "台南市", count: 3, districts: [{ city: "台南市", district: "中西區", count: 3 }] },
  ]);
});
