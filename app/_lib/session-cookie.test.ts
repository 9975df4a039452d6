import { expect, test } from "vitest";

import { hasSessionCookie } from "@/app/_lib/session-cookie";

test.each([
  "caferoam-session=base64-abc",
  "theme=dark; caferoam-session=base64-abc; a=b",
  "caferoam-session.0=base64-abc; caferoam-session.1=def",
  "a=b; caferoam-session.0=base64-abc",
])("%s holds a session", (cookies) => {
  expect(hasSessionCookie(cookies)).toBe(true);
});

test.each([
  "",
  "a=b",
  "caferoam-session=",
  "caferoam-session=; a=b",
  "caferoam-session.1=rest-of-one",
  "caferoam-session-code-verifier=abc",
  "not-caferoam-session=abc",
  "a=caferoam-session=abc",
  "caferoam-session",
])("%j holds none", (cookies) => {
  expect(hasSessionCookie(cookies)).toBe(false);
});
