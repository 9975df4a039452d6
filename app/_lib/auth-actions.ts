import { type AuthTrouble, authTrouble } from "@/app/_lib/auth-trouble";
import { SESSION_COOKIE } from "@/app/_lib/session-cookie";
import { supabaseBrowser } from "@/app/_lib/supabase-browser";
import type { SignInProvider } from "@/app/_lib/web-config";

/** Null where it went well. */
export type Outcome = Promise<AuthTrouble | null>;

type Answer = { error: Error | null };
type Auth = Awaited<ReturnType<typeof supabaseBrowser>>["auth"];

async function ask(question: (auth: Auth) => Promise<Answer>): Outcome {
  try {
    const { error } = await question((await supabaseBrowser()).auth);
    return error === null ? null : authTrouble(error);
  } catch (error) {
    return authTrouble(error);
  }
}

/** Opens a session in this browser. */
export function signIn(email: string, password: string): Outcome {
  return ask((auth) => auth.signInWithPassword({ email, password }));
}

/**
 * Makes an account. `confirm`: its address must be confirmed first, by a link in a mail that leads to `emailLink`.
 */
export async function signUp(
  email: string,
  password: string,
  emailLink: string,
): Promise<{ trouble: AuthTrouble } | { next: "confirm" | "signed-in" }> {
  let next: "confirm" | "signed-in" = "confirm";
  const trouble = await ask(async (auth) => {
    const { data, error } = await auth.signUp({ email, password, options: { emailRedirectTo: emailLink } });
    if (data.session !== null) next = "signed-in";
    return { error };
  });
  return trouble === null ? { next } : { trouble };
}

/** Sends the mail with which an address is confirmed once more. */
export function sendConfirmationAgain(email: string, emailLink: string): Outcome {
  return ask((auth) => auth.resend({ type: "signup", email, options: { emailRedirectTo: emailLink } }));
}

/** Sends a mail with a link for a new password, if the address is a member's; nobody is told whether it is. */
export function sendPasswordLink(email: string, emailLink: string): Outcome {
  return ask((auth) => auth.resetPasswordForEmail(email, { redirectTo: emailLink }));
}

/** Changes the password of whoever is signed in here, and ends their sessions elsewhere. */
export async function setPassword(password: string): Outcome {
  const trouble = await ask((auth) => auth.updateUser({ password }));
  if (trouble === null) await ask((auth) => auth.signOut({ scope: "others" }));
  return trouble;
}

/** Leaves for Google or LINE, who lead back to `returnTo`. Supabase knows LINE as a provider of our own making. */
export function signInWith(provider: SignInProvider, returnTo: string): Outcome {
  const name = provider === "line" ? "custom:line" : provider;
  return ask((auth) => auth.signInWithOAuth({ provider: name, options: { redirectTo: returnTo } }));
}

/** Takes up a session that has run out, if it can be renewed. */
export async function renewSession(): Promise<boolean> {
  let isRenewed = false;
  // Asking for a session that has run out renews it; refreshSession would then do so a second time.
  const trouble = await ask(async (auth) => {
    const { data, error } = await auth.getSession();
    isRenewed = data.session !== null;
    return { error };
  });
  return trouble === null && isRenewed;
}

/**
 * Ends the session here, or all of the member's. `local` always ends it, as this browser may be shared; a `global` one that
 * fails leaves all as it was, and says why.
 */
export async function signOut(scope: "local" | "global"): Outcome {
  const trouble = await ask((auth) => auth.signOut({ scope }));
  if (scope === "local") forgetSession();
  return scope === "local" ? null : trouble;
}

function forgetSession(): void {
  for (const part of document.cookie.split("; ")) {
    const name = part.split("=", 1)[0] ?? "";
    if (name === SESSION_COOKIE || name.startsWith(`${SESSION_COOKIE}.`)) {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there in all browsers of our members.
      document.cookie = `${name}=; path=/; max-age=0`;
    }
  }
}
