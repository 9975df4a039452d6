import {
  AuthApiError,
  AuthRetryableFetchError,
  AuthSessionMissingError,
  AuthUnknownError,
} from "@supabase/supabase-js";
import { expect, test } from "vitest";

import { authTrouble } from "@/app/_lib/auth-trouble";

test("a code that we have a sentence for is told as it is", () => {
  expect(authTrouble(new AuthApiError("", 400, "invalid_credentials"))).toBe("invalid_credentials");
});

test("codes that mean the same to a visitor are one", () => {
  expect(authTrouble(new AuthApiError("", 422, "email_exists"))).toBe("user_already_exists");
  expect(authTrouble(new AuthApiError("", 403, "session_not_found"))).toBe("session_missing");
  expect(authTrouble(new AuthSessionMissingError())).toBe("session_missing");
});

test("a network that is down, and a server that is, cannot be reached", () => {
  expect(authTrouble(new AuthRetryableFetchError("", 0))).toBe("unreachable");
  expect(authTrouble(new TypeError("Failed to fetch"))).toBe("unreachable");
});

test("too many requests are known by their status where no code says so", () => {
  expect(authTrouble(new AuthApiError("", 429, undefined))).toBe("over_request_rate_limit");
});

test("what nobody foresaw is unknown", () => {
  expect(authTrouble(new AuthApiError("", 418, "toString"))).toBe("unknown");
  expect(authTrouble(new AuthUnknownError("", null))).toBe("unknown");
});
