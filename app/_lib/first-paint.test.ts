import { expect, test } from "vitest";

import { FIRST_PAINT_SCRIPT } from "@/app/_lib/first-paint";

function painted(cookie: string, theme: string | null): Record<string, string> {
  const dataset: Record<string, string> = {};
  const localStorage = { getItem: () => theme };
  new Function("document", "localStorage", FIRST_PAINT_SCRIPT)({ cookie, documentElement: { dataset } }, localStorage);
  return dataset;
}

test("a guest who has chosen nothing sees what the system says", () => {
  expect(painted("", null)).toEqual({});
  expect(painted("theme=dark; caferoam-session-code-verifier=x", "purple")).toEqual({});
});

test("the chosen theme is there before anything is painted", () => {
  expect(painted("", "dark")).toEqual({ theme: "dark" });
});

test("members are known by their session, whole or in pieces", () => {
  expect(painted("caferoam-session=base64-x", null)).toEqual({ member: "" });
  expect(painted("a=b; caferoam-session.0=base64-x; caferoam-session.1=y", null)).toEqual({ member: "" });
  expect(painted("caferoam-session=; a=b", null)).toEqual({});
});

test("a browser that keeps nothing still knows its member", () => {
  const dataset: Record<string, string> = {};
  const localStorage = {
    getItem: () => {
      throw new Error("SecurityError");
    },
  };
  const document = { cookie: "caferoam-session=x", documentElement: { dataset } };
  new Function("document", "localStorage", FIRST_PAINT_SCRIPT)(document, localStorage);
  expect(dataset).toEqual({ member: "" });
});
