import "server-only";

import { combineChunks, stringFromBase64URL } from "@supabase/ssr";
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { getPathname, type Locale } from "@/app/_i18n/routing";
import { type Backend, backend } from "@/app/_lib/backend";
import { withNext } from "@/app/_lib/next-path";
import { type Loaded, loaded } from "@/app/_lib/problem";
import { serverConfig } from "@/app/_lib/server-config";
import { SESSION_COOKIE } from "@/app/_lib/session-cookie";

/** Who asks, as their token proves. Whoever always came by Google or LINE has no password. */
export type Session = { userId: string; email: string | null; hasPassword: boolean; accessToken: string };

/** `expired` may be renewed; `none` covers what was tampered with as well; `unknown`: the keys could not be had. */
export type SessionState =
  | { state: "signed-in"; session: Session }
  | { state: "none" }
  | { state: "expired" }
  | { state: "unknown" };

/** A token that ends within these seconds would not outlive the page that is made with it. */
const MARGIN_S = 10;
const BASE64_PREFIX = "base64-";

let keys: { url: string; get: JWTVerifyGetKey } | undefined;

function projectKeys(supabaseUrl: string): JWTVerifyGetKey {
  if (keys?.url !== supabaseUrl) {
    const url = new URL(`${supabaseUrl}/auth/v1/.well-known/jwks.json`);
    keys = { url: supabaseUrl, get: createRemoteJWKSet(url, { timeoutDuration: 3000, cacheMaxAge: 600_000 }) };
  }
  return keys.get;
}

/** Reads the session from the request's cookies and verifies its token here, against the project's keys. */
export async function readSession(): Promise<SessionState> {
  const jar = await cookies();
  const stored = await combineChunks(SESSION_COOKIE, (name) => jar.get(name)?.value ?? null);
  const accessToken = stored === null ? null : tokenIn(stored);
  if (accessToken === null) return { state: "none" };
  const { supabaseUrl } = serverConfig();
  try {
    const { payload } = await jwtVerify(accessToken, projectKeys(supabaseUrl), {
      issuer: `${supabaseUrl}/auth/v1`,
      audience: "authenticated",
      algorithms: ["ES256", "RS256"],
      requiredClaims: ["sub", "exp"],
    });
    if ((payload.exp ?? 0) - Date.now() / 1000 < MARGIN_S) return { state: "expired" };
    const email = typeof payload.email === "string" ? payload.email : null;
    const hasPassword = email !== null && providersIn(payload.app_metadata).includes("email");
    return { state: "signed-in", session: { userId: payload.sub ?? "", email, hasPassword, accessToken } };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { state: "expired" };
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) return { state: "unknown" };
    // A set of keys that answers with an error page says nothing about the token.
    return error.code === "ERR_JOSE_GENERIC" ? { state: "unknown" } : { state: "none" };
  }
}

function providersIn(metadata: unknown): readonly unknown[] {
  const { providers } = (metadata ?? {}) as { providers?: unknown };
  return Array.isArray(providers) ? providers : [];
}

function tokenIn(stored: string): string | null {
  try {
    const text = stored.startsWith(BASE64_PREFIX) ? stringFromBase64URL(stored.slice(BASE64_PREFIX.length)) : stored;
    const session = JSON.parse(text) as { access_token?: unknown };
    return typeof session.access_token === "string" ? session.access_token : null;
  } catch {
    return null;
  }
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
  return answer.ok ? answer : whereAllowed(answer, here);
}

/**
 * Who has signed in, whatever they may do. Redirects guests to sign in, and those with an old token through its renewal.
 */
export async function forSignedIn(here: Here): Promise<Loaded<Session>> {
  const found = await readSession();
  if (found.state === "none") redirect(detour("/sign-in", here));
  if (found.state === "expired")
    redirect(withNext("/auth/refresh", getPathname({ href: here.path, locale: here.locale })));
  return found.state === "unknown" ? { ok: false, problem: AUTH_UNREACHABLE } : { ok: true, data: found.session };
}

/** Who has signed in and has agreed to nothing yet; null for members. Redirects everybody else, as `forMember` does. */
export async function forNewcomer(here: Here): Promise<Loaded<Session | null>> {
  const signedIn = await forSignedIn(here);
  if (!signedIn.ok) return signedIn;
  const answer = await loaded((await backend(signedIn.data.accessToken)).GET("/profile"));
  if (answer.ok) return { ok: true, data: null };
  return answer.problem.code === "consent_required" ? signedIn : whereAllowed(answer, here);
}

function whereAllowed<T extends Loaded<never>>(answer: T, here: Here): T {
  if (answer.ok) return answer;
  if (answer.problem.code === "deletion_pending") redirect(detour("/restore", here));
  if (answer.problem.code === "deactivated") redirect(getPathname({ href: "/deactivated", locale: here.locale }));
  return answer;
}

function detour(page: string, { path, locale }: Here): string {
  return withNext(getPathname({ href: page, locale }), getPathname({ href: path, locale }));
}

const AUTH_UNREACHABLE = {
  status: 503,
  code: "sign_in_unreachable",
  detail: "",
  errors: {},
  reasons: {},
  retryAfter: null,
} as const;
