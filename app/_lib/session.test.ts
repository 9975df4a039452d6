import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { forMember, forNewcomer, forSignedIn } from "@/app/_lib/session";
import { SESSION_COOKIE } from "@/app/_lib/session-cookie";

const request = vi.hoisted(() => ({ cookies: new Map<string, string>(), headers: new Headers() }));

vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => (request.cookies.has(name) ? { name, value: request.cookies.get(name) } : undefined),
  }),
  headers: async () => request.headers,
}));

const ours = await generateKeyPair("ES256");
let server: Server;
let url: string;
let answer: { status: number; body: unknown };
let asked: { path: string; authorization: string | undefined }[];

/** Auth's keys and the API, on one port. */
beforeAll(async () => {
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: "ours", alg: "ES256" };
  server = createServer((req, response) => {
    response.setHeader("content-type", "application/json");
    if (req.url === "/auth/v1/.well-known/jwks.json") return response.end(JSON.stringify({ keys: [jwk] }));
    asked.push({ path: req.url ?? "", authorization: req.headers.authorization });
    return response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

beforeEach(() => {
  vi.stubEnv("SUPABASE_URL", url);
  vi.stubEnv("BACKEND_INTERNAL_URL", url);
  request.cookies.clear();
  asked = [];
  answer = { status: 200, body: { id: "1" } };
});

async function signIn({ madeAgo = 600, endsIn = 3000 } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: `${url}/auth/v1`, aud: "authenticated", sub: "member", iat: now - madeAgo, exp: now + endsIn };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "ours" }).sign(ours.privateKey);
  request.cookies.set(SESSION_COOKIE, JSON.stringify({ access_token: token }));
  return token;
}

const HERE = { path: "/lists?cursor=a", locale: "zh-TW" } as const;
const HERE_IN_ENGLISH = { path: "/lists", locale: "en" } as const;

function ask(here: Parameters<typeof forMember>[0] = HERE) {
  return forMember(here, (api) => api.GET("/profile"));
}

/** Where it redirects to; fails where it does not. */
async function target(asking: Promise<unknown>): Promise<string> {
  const error: unknown = await asking.then(
    (found) => expect.fail(`no redirect, but ${JSON.stringify(found)}`),
    (e) => e,
  );
  const [kind, , to = ""] = String((error as { digest?: unknown }).digest).split(";");
  expect(kind).toBe("NEXT_REDIRECT");
  return to;
}

test("a guest signs in first, and comes back in the same language", async () => {
  expect(await target(ask())).toBe("/sign-in?next=%2Flists%3Fcursor%3Da");
  expect(await target(ask(HERE_IN_ENGLISH))).toBe("/en/sign-in?next=%2Fen%2Flists");
  expect(asked).toEqual([]);
});

test("an old session is renewed first", async () => {
  await signIn({ endsIn: -1 });
  expect(await target(ask())).toBe("/auth/refresh?next=%2Flists%3Fcursor%3Da");
  expect(await target(forSignedIn(HERE_IN_ENGLISH))).toBe("/auth/refresh?next=%2Fen%2Flists");
  expect(asked).toEqual([]);
});

test("the API is asked with the member's token", async () => {
  const token = await signIn();
  expect(await ask()).toEqual({ ok: true, data: { id: "1" } });
  expect(asked).toEqual([{ path: "/profile", authorization: `Bearer ${token}` }]);
});

test.each([
  ["consent_required", "/consent?next=%2Flists%3Fcursor%3Da"],
  ["deletion_pending", "/restore?next=%2Flists%3Fcursor%3Da"],
  ["deactivated", "/deactivated"],
])("whom the API refuses with %s goes to %s", async (code, page) => {
  await signIn();
  answer = { status: 403, body: { code } };
  expect(await target(ask())).toBe(page);
});

test("a token that the API refuses is renewed once: a new one that it refuses is shown as a problem", async () => {
  answer = { status: 401, body: { code: "invalid_token" } };
  await signIn({ madeAgo: 61 });
  expect(await target(ask())).toBe("/auth/refresh?next=%2Flists%3Fcursor%3Da");
  expect(await target(forNewcomer(HERE))).toBe("/auth/refresh?next=%2Flists%3Fcursor%3Da");
  await signIn({ madeAgo: 1 });
  expect(await ask()).toMatchObject({ ok: false, problem: { status: 401, code: "invalid_token" } });
});

test.each([
  [404, "not_found"],
  [429, "throttled"],
  [503, "limits_unavailable"],
])("a refusal with %i %s is the page's to show", async (status, code) => {
  await signIn();
  answer = { status, body: { code } };
  expect(await ask()).toMatchObject({ ok: false, problem: { status, code } });
});

test("nobody is sent to sign in while it cannot be known who they are, or while the API is away", async () => {
  await signIn();
  vi.stubEnv("BACKEND_INTERNAL_URL", "http://127.0.0.1:1");
  expect(await ask()).toMatchObject({ ok: false, problem: { status: 503, code: "backend_down" } });
  vi.stubEnv("SUPABASE_URL", "http://127.0.0.1:1");
  expect(await ask()).toMatchObject({ ok: false, problem: { status: 503, code: "sign_in_unreachable" } });
});

test("a newcomer is who has signed in and agreed to nothing yet", async () => {
  const accessToken = await signIn();
  answer = { status: 403, body: { code: "consent_required" } };
  expect(await forNewcomer(HERE)).toMatchObject({ ok: true, data: { userId: "member", accessToken } });
  answer = { status: 200, body: {} };
  expect(await forNewcomer(HERE)).toEqual({ ok: true, data: null });
  answer = { status: 403, body: { code: "deactivated" } };
  expect(await target(forNewcomer(HERE_IN_ENGLISH))).toBe("/en/deactivated");
});
