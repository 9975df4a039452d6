/** Codes of Supabase Auth that `account.trouble` has a sentence for. */
const KEYS = [
  "invalid_credentials",
  "user_already_exists",
  "weak_password",
  "same_password",
  "validation_failed",
  "email_address_invalid",
  "email_not_confirmed",
  "over_request_rate_limit",
  "over_email_send_rate_limit",
  "signup_disabled",
  "user_banned",
  "reauthentication_needed",
  "session_missing",
  "unreachable",
] as const;

/** Why Supabase Auth did not do something, as far as a visitor can tell the difference. */
export type AuthTrouble = (typeof KEYS)[number] | "unknown";

const SAME: Readonly<Record<string, AuthTrouble>> = {
  email_exists: "user_already_exists",
  email_address_not_authorized: "email_address_invalid",
  email_provider_disabled: "signup_disabled",
  provider_disabled: "signup_disabled",
  session_not_found: "session_missing",
  session_expired: "session_missing",
  bad_jwt: "session_missing",
  no_authorization: "session_missing",
  user_not_found: "session_missing",
  reauthentication_not_valid: "reauthentication_needed",
  request_timeout: "unreachable",
};

const BY_NAME: Readonly<Record<string, AuthTrouble>> = {
  AuthRetryableFetchError: "unreachable",
  AuthSessionMissingError: "session_missing",
};

/** Reads what supabase-js returned or threw. What is no error of Auth's is a service that cannot be reached. */
export function authTrouble(error: unknown): AuthTrouble {
  if (!(error instanceof Error) || !("__isAuthError" in error)) return "unreachable";
  const { code, status } = error as { code?: unknown; status?: unknown };
  const known = KEYS.find((key) => key === code);
  if (known !== undefined) return known;
  if (typeof code === "string" && Object.hasOwn(SAME, code)) return SAME[code] ?? "unknown";
  if (Object.hasOwn(BY_NAME, error.name)) return BY_NAME[error.name] ?? "unknown";
  return status === 429 ? "over_request_rate_limit" : "unknown";
}
