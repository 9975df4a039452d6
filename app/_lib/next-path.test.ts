import { expect, test } from "vitest";

import { nextPath, withNext } from "@/app/_lib/next-path";

test.each([
  "/",
  "/stamps",
  "/en/lists/0190?cursor=a%2Fb#third",
  "/search?text=%E5%AE%89%E9%9D%9C&next=//evil.example",
  "/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
  "/%2f%2fevil.example",
  "/%5cevil.example",
  "/@evil.example",
])("%s is a path of ours", (path) => {
  expect(nextPath(path)).toBe(path);
});

test.each([
  "",
  "stamps",
  "https://evil.example",
  "javascript:alert(1)",
  " /stamps",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\/evil.example",
  "/\t/evil.example",
  "/\r\n/evil.example",
  "/\n\\evil.example",
  "//evil.example:bad port",
])("%j leads nowhere but home", (given) => {
  expect(nextPath(given)).toBe("/");
});

test.each([
  "/.//evil.example",
  "/..//evil.example",
  "/%2e//evil.example",
  "/x/..//evil.example",
  "/x/%2E%2e//evil.example",
  "/.\\\\evil.example",
  "/./\t/evil.example",
  "/en/../\\evil.example/%2e%2e/",
])("%j leads nowhere but home, although it is of this site until its dots are resolved", (given) => {
  expect(nextPath(given)).toBe("/");
});

test("what is given back stays what it is when it is read again", () => {
  for (const given of ["/a/../b?c#d", "/a\tb", "/安靜", "/a\\b", "/%zz"]) {
    const path = nextPath(given);
    expect(nextPath(path)).toBe(path);
    expect(new URL(path, "https://caferoam.example").origin).toBe("https://caferoam.example");
  }
});

test.each([[undefined], [null], [["/stamps", "/lists"]]])("%j, which is no single path, is home", (given) => {
  expect(nextPath(given)).toBe("/");
});

test("a query says where to go on to, and home needs none", () => {
  expect(withNext("/sign-in", "/lists?cursor=a&b#c")).toBe("/sign-in?next=%2Flists%3Fcursor%3Da%26b%23c");
  expect(withNext("/sign-in", "/")).toBe("/sign-in");
});
