import "server-only";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { getPathname, type Locale } from "@/app/_i18n/routing";
import { type Backend, backend } from "@/app/_lib/backend";
import { withNext } from "@/app/_lib/next-path";
import { type Loaded, loaded } from "@/app/_lib/problem";
import { serverConfig } from "@/app/_lib/server-config";
import { type Session, type SessionState, sessionIn } from "@/app/_lib/session-state";

/** A token that the API refuses although it is good here is taken for outdated if it is older than this. */
const NEW_FOR_S = 60;

/** Reads the session from the request's cookies and verifies its token here, against the project's keys. */
export async function readSession(): Promise<SessionState> {
  const jar = await cookies();
  return sessionIn((name) => jar.get(name)?.value ?? null, serverConfig().supabaseUrl);
}

/** A page of members: what it is called (without a language), and in which language it is shown. */
export type Here = { path: string; locale: Locale };

/**
 * Ask the API for what a member's page shows.
 *
 * Redirects whoever is not ready for it: guests to sign in, those with an old token through its renewal, those who have
 * agreed to nothing yet to the consent page, and those who are leaving to where they can come back. All return here.
 */
export async function forMember<T>(
  here: Here,
  ask: (api: Backend, session: Session) => Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Loaded<T>> {
  const signedIn = await forSignedIn(here);
  if (!signedIn.ok) return signedIn;
  const session = signedIn.data;
  const answer = await loaded(ask(await backend(session.accessToken), session));
  if (!answer.ok && answer.problem.code === "consent_required") redirect(detour("/consent", here));
  return answer.ok ? answer : whereAllowed(answer, here, session);
}

/**
 * Who has signed in, whatever they may do. Redirects guests to sign in, and those with an old token through its renewal.
 */
export async function forSignedIn(here: Here): Promise<Loaded<Session>> {
  const found = await readSession();
  if (found.state === "none") redirect(detour("/sign-in", here));
  if (found.state === "expired") redirect(renewal(here));
  return found.state === "unknown" ? { ok: false, problem: AUTH_UNREACHABLE } : { ok: true, data: found.session };
}

/** Who has signed in and has agreed to nothing yet; null for members. Redirects everybody else, as `forMember` does. */
export async function forNewcomer(here: Here): Promise<Loaded<Session | null>> {
  const signedIn = await forSignedIn(here);
  if (!signedIn.ok) return signedIn;
  const answer = await loaded((await backend(signedIn.data.accessToken)).GET("/profile"));
  if (answer.ok) return { ok: true, data: null };
  return answer.problem.code === "consent_required" ? signedIn : whereAllowed(answer, here, signedIn.data);
}

function whereAllowed<T extends Loaded<never>>(answer: T, here: Here, session: Session): T {
  if (answer.ok) return answer;
  // Keys were changed, say. A token that was made just now would be refused as well: no second round.
  if (answer.problem.status === 401 && Date.now() / 1000 - session.issuedAt > NEW_FOR_S) redirect(renewal(here));
  if (answer.problem.code === "deletion_pending") redirect(detour("/restore", here));
  if (answer.problem.code === "deactivated") redirect(getPathname({ href: "/deactivated", locale: here.locale }));
  return answer;
}

function detour(page: string, { path, locale }: Here): string {
  return withNext(getPathname({ href: page, locale }), getPathname({ href: path, locale }));
}

function renewal({ path, locale }: Here): string {
  return withNext("/auth/refresh", getPathname({ href: path, locale }));
}

const AUTH_UNREACHABLE = {
  status: 503,
  code: "sign_in_unreachable",
  detail: "",
  errors: {},
  reasons: {},
  retryAfter: null,
} as const;
