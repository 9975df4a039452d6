import { expect, test } from "vitest";

import { webAddress } from "@/app/_lib/web-address";

test.each([
  ["https://cafe.example/menu?a=1#b", "https://cafe.example/menu?a=1#b"],
  ["  http://cafe.example\n", "http://cafe.example/"],
  ["HTTPS://CAFE.example", "https://cafe.example/"],
  ["https://www.facebook.com/咖啡", "https://www.facebook.com/%E5%92%96%E5%95%A1"],
  ["https:cafe.example", "https://cafe.example/"],
])("%j leads to %s", (text, href) => {
  expect(webAddress(text)?.href).toBe(href);
});

test.each([
  "",
  "   ",
  "cafe.example",
  "//cafe.example",
  "javascript:alert(1)",
  " \u0001javascript:alert(1)//https://cafe.example",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "ftp://cafe.example",
  "blob:https://cafe.example/1",
  "https://",
  "https://localhost/",
  "https://cafe .example",
  "https://cafe.example:99999",
  "無",
])("%j leads nowhere", (text) => {
  expect(webAddress(text)).toBeNull();
});

test("a name that looks like another one shows what it is", () => {
  expect(webAddress("https://gооgle.com/")?.hostname).toMatch(/^xn--/);
});

test("who an address pretends to be for is not where it leads", () => {
  expect(webAddress("https://google.com@evil.example/")?.hostname).toBe("evil.example");
});
