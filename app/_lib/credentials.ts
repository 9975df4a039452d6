/** Below this we ask for more; Supabase may be stricter, and then says so. */
export const PASSWORD_MIN_LENGTH = 8;

/** More than that no password hash of Supabase's can tell apart. */
const PASSWORD_MAX_BYTES = 72;

/** A key of `account.fault`. */
export type CredentialFault = "email_missing" | "email_odd" | "password_missing" | "password_short" | "password_long";

/** What is wrong with an address, before anybody is asked; null where it may be one. */
export function emailFault(email: string): CredentialFault | null {
  if (email === "") return "email_missing";
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) ? null : "email_odd";
}

/** What is wrong with a password. One that is chosen now must be a good one; an old one is only asked for. */
export function passwordFault(password: string, isNew: boolean): CredentialFault | null {
  if (password === "") return "password_missing";
  if (!isNew) return null;
  if ([...password].length < PASSWORD_MIN_LENGTH) return "password_short";
  return new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES ? "password_long" : null;
}
