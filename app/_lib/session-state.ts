import "server-only";

import { combineChunks, stringFromBase64URL } from "@supabase/ssr";
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";

import { SESSION_COOKIE } from "@/app/_lib/session-cookie";

/** Who asks, as their token proves. Whoever always came by Google or LINE has no password. */
export type Session = {
  userId: string;
  email: string | null;
  hasPassword: boolean;
  accessToken: string;
  /** When the token was made, in seconds since 1970. */
  issuedAt: number;
};

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

/** Reads the session that lies in these cookies and verifies its token against the keys of the project at this address. */
export async function sessionIn(cookie: (name: string) => string | null, supabaseUrl: string): Promise<SessionState> {
  const accessToken = await storedToken(cookie);
  if (accessToken === null) return { state: "none" };
  try {
    const { payload } = await jwtVerify(accessToken, projectKeys(supabaseUrl), {
      issuer: `${supabaseUrl}/auth/v1`,
      audience: "authenticated",
      algorithms: ["ES256", "RS256"],
      requiredClaims: ["sub", "exp", "iat"],
    });
    if ((payload.exp ?? 0) - Date.now() / 1000 < MARGIN_S) return { state: "expired" };
    const email = typeof payload.email === "string" ? payload.email : null;
    const hasPassword = email !== null && providersIn(payload.app_metadata).includes("email");
    const { sub: userId = "", iat: issuedAt = 0 } = payload;
    return { state: "signed-in", session: { userId, email, hasPassword, accessToken, issuedAt } };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { state: "expired" };
    return isOfToken(error) ? { state: "none" } : { state: "unknown" };
  }
}

/** Whether it speaks against the token. Keys that are late, or an error page in their place, say nothing about it. */
function isOfToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== errors.JOSEError.code;
}

function providersIn(metadata: unknown): readonly unknown[] {
  const { providers } = (metadata ?? {}) as { providers?: unknown };
  return Array.isArray(providers) ? providers : [];
}

/** The access token of the session that lies in these cookies, as it is there: nobody has verified it. */
export async function storedToken(cookie: (name: string) => string | null): Promise<string | null> {
  const stored = await combineChunks(SESSION_COOKIE, cookie);
  if (stored === null) return null;
  try {
    const text = stored.startsWith(BASE64_PREFIX) ? stringFromBase64URL(stored.slice(BASE64_PREFIX.length)) : stored;
    const session = JSON.parse(text) as { access_token?: unknown };
    return typeof session.access_token === "string" ? session.access_token : null;
  } catch {
    return null;
  }
}
