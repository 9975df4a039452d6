import { expect, test } from "vitest";

import { wayIn } from "@/app/_lib/way-in";

test("guests and those whose session ended are led to sign in", () => {
  expect(wayIn({ code: "not_authenticated" })).toBe("/sign-in");
  expect(wayIn({ code: "invalid_token" })).toBe("/sign-in");
});

test("those who have agreed to nothing yet are led to the consent page", () => {
  expect(wayIn({ code: "consent_required" })).toBe("/consent");
});

test("no page mends what is no matter of membership", () => {
  expect(wayIn({ code: "throttled" })).toBeNull();
  expect(wayIn({ code: "toString" })).toBeNull();
});
