import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { createChunks, stringToBase64URL } from "@supabase/ssr";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";

import { SESSION_COOKIE } from "@/app/_lib/session-cookie";
import { sessionIn } from "@/app/_lib/session-state";

const USER = "0190a0b1-0000-7000-8000-000000000001";
const NOW = Math.floor(Date.now() / 1000);

const ours = await generateKeyPair("ES256");
const another = await generateKeyPair("ES256");

let server: Server;
let url: string;
let asked: number;
let keySet: (response: ServerResponse) => void;

/** A project's Auth, as far as its keys go. Each test has its own, as keys are remembered by address. */
beforeEach(async () => {
  const jwk = { ...(await exportJWK(ours.publicKey)), kid: "ours", alg: "ES256", use: "sig" };
  keySet = (response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  asked = 0;
  server = createServer((request, response) => {
    expect(request.url).toBe("/auth/v1/.well-known/jwks.json");
    asked += 1;
    keySet(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

type Claims = Record<string, unknown>;

function claims(changed: Claims = {}): Claims {
  const all = { iss: `${url}/auth/v1`, aud: "authenticated", sub: USER, iat: NOW - 600, exp: NOW + 3000, ...changed };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function signed(changed: Claims = {}, { key = ours.privateKey, kid = "ours" } = {}): Promise<string> {
  return new SignJWT(claims(changed)).setProtectedHeader({ alg: "ES256", kid, typ: "JWT" }).sign(key);
}

function stored(token: unknown): string {
  return `base64-${stringToBase64URL(JSON.stringify({ access_token: token, refresh_token: "r", user: {} }))}`;
}

function read(cookies: Readonly<Record<string, string>>) {
  return sessionIn((name) => cookies[name] ?? null, url);
}

function readToken(token: unknown) {
  return read({ [SESSION_COOKIE]: stored(token) });
}

test("whoever has a token of the project's is signed in", async () => {
  const token = await signed({ email: "a@example.com", app_metadata: { provider: "email", providers: ["email"] } });
  expect(await readToken(token)).toEqual({
    state: "signed-in",
    session: { userId: USER, email: "a@example.com", hasPassword: true, accessToken: token, issuedAt: NOW - 600 },
  });
});

test.each([
  [{ email: "a@example.com", app_metadata: { providers: ["google"] } }],
  [{ email: "a@example.com", app_metadata: { providers: "email" } }],
  [{ email: "a@example.com" }],
  [{ app_metadata: { providers: ["email"] } }],
])("whose token says %j has no password", async (more) => {
  expect(await readToken(await signed(more))).toMatchObject({ state: "signed-in", session: { hasPassword: false } });
});

test("a session in pieces is put together, and one without its first piece is none", async () => {
  const long = stored(await signed({ user_metadata: { about: "啡".repeat(3000) } }));
  const pieces = Object.fromEntries(createChunks(SESSION_COOKIE, long).map(({ name, value }) => [name, value]));
  expect(Object.keys(pieces).length).toBeGreaterThan(1);
  expect(await read(pieces)).toMatchObject({ state: "signed-in" });
  const { [`${SESSION_COOKIE}.0`]: _first, ...rest } = pieces;
  expect(await read(rest)).toEqual({ state: "none" });
  const { [`${SESSION_COOKIE}.1`]: _second, ...torn } = pieces;
  expect(await read(torn)).toEqual({ state: "none" });
});

test("a session that is stored as plain JSON is read as well", async () => {
  const plain = JSON.stringify({ access_token: await signed() });
  expect(await read({ [SESSION_COOKIE]: plain })).toMatchObject({ state: "signed-in" });
});

test.each([
  ["nothing", {}],
  ["an empty cookie", { [SESSION_COOKIE]: "" }],
  ["garbage", { [SESSION_COOKIE]: "\u0000%zz" }],
  ["no base64", { [SESSION_COOKIE]: "base64-@@@" }],
  ["base64 of garbage", { [SESSION_COOKIE]: "base64-AAAA" }],
  ["null", { [SESSION_COOKIE]: "null" }],
  ["a number", { [SESSION_COOKIE]: "7" }],
  ["no token", { [SESSION_COOKIE]: "{}" }],
  ["a token that is no text", { [SESSION_COOKIE]: stored({ a: 1 }) }],
  ["a token that is none", { [SESSION_COOKIE]: stored("a.b.c") }],
  ["an empty token", { [SESSION_COOKIE]: stored("") }],
])("%s is no session, and no error", async (_what, cookies) => {
  expect(await read(cookies)).toEqual({ state: "none" });
  expect(asked).toBe(0);
});

test.each([
  ["another issuer", { iss: "https://other.supabase.co/auth/v1" }],
  ["no issuer", { iss: undefined }],
  ["another audience", { aud: "anon" }],
  ["no audience", { aud: undefined }],
  ["no subject", { sub: undefined }],
  ["no end", { exp: undefined }],
  ["an end that is no number", { exp: "never" }],
  ["no beginning", { iat: undefined }],
  ["a beginning yet to come", { nbf: NOW + 600 }],
])("a token with %s is no session", async (_what, changed) => {
  expect(await readToken(await signed(changed))).toEqual({ state: "none" });
});

test("a token that somebody else has signed is no session, whatever key it names", async () => {
  expect(await readToken(await signed({}, { key: another.privateKey }))).toEqual({ state: "none" });
  expect(await readToken(await signed({}, { key: another.privateKey, kid: "theirs" }))).toEqual({ state: "none" });
});

test("an old token of somebody else's is not worth a renewal", async () => {
  expect(await readToken(await signed({ exp: NOW - 60 }, { key: another.privateKey }))).toEqual({ state: "none" });
});

test("a token whose claims were changed after signing is no session", async () => {
  const [head, , signature] = (await signed()).split(".");
  const body = stringToBase64URL(JSON.stringify(claims({ sub: "0190a0b1-0000-7000-8000-000000000002" })));
  expect(await readToken(`${head}.${body}.${signature}`)).toEqual({ state: "none" });
});

test("a token that nobody has signed is no session", async () => {
  expect(await readToken(new UnsecuredJWT(claims()).encode())).toEqual({ state: "none" });
});

test("a token that is signed with the public key as a shared secret is no session", async () => {
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(ours.publicKey)));
  const token = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: "ours" }).sign(secret);
  expect(await readToken(token)).toEqual({ state: "none" });
});

test.each([-3600, -1, 0, 5])("a token that ends in %i seconds has to be renewed", async (seconds) => {
  expect(await readToken(await signed({ exp: NOW + seconds }))).toEqual({ state: "expired" });
});

test("keys are asked for once", async () => {
  const token = await signed();
  await Promise.all([readToken(token), readToken(token)]);
  await readToken(token);
  expect(asked).toBe(1);
});

test.each<[string, (response: ServerResponse) => void]>([
  ["an error", (response) => response.writeHead(503).end("{}")],
  ["a page", (response) => response.writeHead(200).end("<!doctype html>")],
  ["another document", (response) => response.writeHead(200).end('{"message": "no"}')],
  ["nothing", (response) => response.destroy()],
])(
  "while there is %s in place of the keys nobody is sent to sign in, and later it is looked at again",
  async (_what, away) => {
    const whole = keySet;
    const token = await signed();
    keySet = away;
    expect(await readToken(token)).toEqual({ state: "unknown" });
    keySet = whole;
    expect(await readToken(token)).toMatchObject({ state: "signed-in" });
  },
);

test("keys that do not come in time are as good as none", async () => {
  const token = await signed();
  keySet = () => undefined;
  expect(await readToken(token)).toEqual({ state: "unknown" });
});
