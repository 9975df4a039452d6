import { expect, test } from "vitest";

import { emailFault, passwordFault } from "@/app/_lib/credentials";

test("an address needs a name, a host and a dot in it", () => {
  expect(emailFault("")).toBe("email_missing");
  expect(emailFault("mei@example")).toBe("email_odd");
  expect(emailFault("mei example.com")).toBe("email_odd");
  expect(emailFault("mei+coffee@mail.example.com")).toBeNull();
});

test("an old password is only asked for, a new one must be long enough", () => {
  expect(passwordFault("", false)).toBe("password_missing");
  expect(passwordFault("short", false)).toBeNull();
  expect(passwordFault("short", true)).toBe("password_short");
  expect(passwordFault("長一點的密碼八", true)).toBe("password_short");
  expect(passwordFault("長一點的密碼八個", true)).toBeNull();
});

test("a new password is no longer than what is compared later", () => {
  expect(passwordFault("a".repeat(72), true)).toBeNull();
  expect(passwordFault("a".repeat(73), true)).toBe("password_long");
  expect(passwordFault("密".repeat(25), true)).toBe("password_long");
});
