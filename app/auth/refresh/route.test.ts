import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { SESSION_COOKIE } from "@/app/_lib/session-cookie";
import { GET } from "@/app/auth/refresh/route";

type Cookie = { name: string; value: string };

const jar = vi.hoisted(() => ({ asked: [] as { name: string; value: string }[], written: new Map<string, string>() }));

vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => jar.asked.find((cookie) => cookie.name === name),
    getAll: (): Cookie[] => jar.asked,
    set: (name: string, value: string) => jar.written.set(name, value),
  }),
}));

let server: Server;
let answer: { status: number; body: object };
let renewed: unknown[];

/** Auth, as far as it renews sessions. */
beforeAll(async () => {
  server = createServer(async (request: IncomingMessage, response) => {
    renewed.push(await json(request));
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  vi.stubEnv("SUPABASE_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_1");
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

beforeEach(() => {
  renewed = [];
  jar.written.clear();
  jar.asked = [{ name: SESSION_COOKIE, value: JSON.stringify(session("old", -60)) }];
});

function session(refreshToken: string, endsIn: number) {
  const user = { id: "member", aud: "authenticated", app_metadata: {}, user_metadata: {}, created_at: "" };
  const ends = { expires_in: endsIn, expires_at: Math.floor(Date.now() / 1000) + endsIn };
  return { access_token: `${refreshToken}.b.c`, token_type: "bearer", refresh_token: refreshToken, user, ...ends };
}

/** Where it leads to. */
async function refresh(next: string): Promise<string> {
  const asked = new Request(`http://here.example/auth/refresh?next=${encodeURIComponent(next)}`);
  const error: unknown = await GET(asked).catch((thrown: unknown) => thrown);
  const [kind, , to = ""] = String((error as { digest?: unknown }).digest).split(";");
  expect(kind).toBe("NEXT_REDIRECT");
  return to;
}

test("a session is renewed once and kept, and its member goes on", async () => {
  answer = { status: 200, body: session("new", 3600) };
  expect(await refresh("/lists?cursor=a")).toBe("/lists?cursor=a");
  expect(renewed).toEqual([{ refresh_token: "old" }]);
  expect(jar.written.get(SESSION_COOKIE)).toMatch(/^base64-/);
});

test("a session that has not run out is renewed as well: the API may not take its token any more", async () => {
  jar.asked = [{ name: SESSION_COOKIE, value: JSON.stringify(session("good", 3000)) }];
  answer = { status: 200, body: session("new", 3600) };
  expect(await refresh("/lists")).toBe("/lists");
  expect(renewed).toEqual([{ refresh_token: "good" }]);
});

test.each(["garbage", "base64-@@@", "{}", '{"refresh_token": 7}'])(
  "what is no session, like %s, is cleared away",
  async (value) => {
    jar.asked = [{ name: SESSION_COOKIE, value }];
    expect(await refresh("/lists")).toBe("/sign-in?next=%2Flists");
    expect(renewed).toEqual([]);
    expect([...jar.written.values()].filter((written) => written !== "")).toEqual([]);
  },
);

test("a session that is over is forgotten, and its member signs in", async () => {
  answer = { status: 400, body: { code: 400, error_code: "refresh_token_not_found", msg: "Not Found" } };
  expect(await refresh("/en/lists")).toBe("/en/sign-in?next=%2Fen%2Flists");
  expect(jar.written.get(SESSION_COOKIE)).toBe("");
});

test("a session is not forgotten because Auth has heard too much from us", async () => {
  answer = { status: 429, body: { code: 429, error_code: "over_request_rate_limit", msg: "Slow down" } };
  expect(await refresh("/lists")).toBe("/sign-in?next=%2Flists");
  expect(renewed).toHaveLength(1);
  expect([...jar.written]).toEqual([]);
});

test("a guest signs in, and nobody is asked", async () => {
  jar.asked = [];
  expect(await refresh("/lists")).toBe("/sign-in?next=%2Flists");
  expect(renewed).toEqual([]);
});

test("it leads to no other site", async () => {
  answer = { status: 200, body: session("new", 3600) };
  for (const next of ["https://evil.example", "//evil.example", "/.//evil.example", "/\\evil.example"]) {
    expect(await refresh(next)).toBe("/");
  }
});
