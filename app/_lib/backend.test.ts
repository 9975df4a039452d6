import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { backend, backendWithin } from "@/app/_lib/backend";
import { backendUrl } from "@/app/_lib/backend-url";
import { loaded } from "@/app/_lib/problem";

const visitor = vi.hoisted(() => ({ headers: new Headers() }));

vi.mock("next/headers", () => ({ headers: async () => visitor.headers }));

let server: Server;
let seen: IncomingMessage[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.setHeader("content-type", "application/json").end('{"results": []}');
  server = createServer((request, response) => {
    seen.push(request);
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  vi.stubEnv("BACKEND_INTERNAL_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}//`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

test("the API hears whose request it is, and nothing else of it", async () => {
  const passed = {
    "x-forwarded-for": "203.0.113.7, 10.0.0.1",
    "x-forwarded-proto": "https",
    "x-request-id": "request-1",
    "user-agent": "Somebody/1",
  };
  visitor.headers = new Headers({
    ...passed,
    cookie: "caferoam-session=secret",
    host: "secret",
    "x-real-ip": "secret",
  });
  visitor.headers.set("authorization", "Bearer secret");
  await (await backend()).GET("/shops");
  expect(seen[0]?.headers).toMatchObject(passed);
  expect(JSON.stringify(seen[0]?.headers)).not.toContain("secret");
});

test("what the visitor's request has not, the API's has not either", async () => {
  visitor.headers = new Headers();
  await (await backend()).GET("/shops");
  expect(Object.keys(seen[0]?.headers ?? {})).not.toContain("x-forwarded-for");
});

test("a member's token goes along, and only theirs", async () => {
  visitor.headers = new Headers({ authorization: "Bearer another" });
  await (await backend("token")).GET("/profile");
  expect(seen[0]?.headers.authorization).toBe("Bearer token");
});

test("the path follows the API's address, however that ends, and what stands in a path is no path", async () => {
  const api = await backend();
  await api.GET("/shops/{shop_id}", { params: { path: { shop_id: "../metrics?a#b" } } });
  expect(seen[0]?.url).toBe("/shops/..%2Fmetrics%3Fa%23b");
});

test("an answer that is no JSON is a problem, and so is one that breaks off", async () => {
  answer = (response) => response.end("<!doctype html>");
  expect(await loaded((await backend()).GET("/shops"))).toMatchObject({ ok: false, problem: { code: "backend_down" } });
  answer = (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write("{");
    response.destroy();
  };
  expect(await loaded((await backend()).GET("/shops"))).toMatchObject({ ok: false, problem: { code: "backend_down" } });
});

test("an API that does not answer in time is a problem with status 504, and is let go", async () => {
  const letGo = new Promise((gone) => {
    answer = (response) => response.once("close", gone);
  });
  const found = await loaded((await backendWithin(1000)).GET("/shops"));
  expect(found).toMatchObject({ ok: false, problem: { status: 504, code: "backend_timeout" } });
  await letGo;
});

test("an answer that does not end in time is none", async () => {
  answer = (response) => response.writeHead(200, { "content-type": "application/json" }).write("{");
  const found = await loaded((await backendWithin(1000)).GET("/shops"));
  expect(found).toMatchObject({ ok: false, problem: { status: 504, code: "backend_timeout" } });
});

test("Next.js gets no Request, on whose copies a timeout is lost", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  await (await backend()).GET("/shops");
  expect(fetched.mock.calls).toMatchObject([
    [expect.stringMatching(/^http:.*\/shops$/), { signal: expect.any(AbortSignal) }],
  ]);
});

test("a body goes along", async () => {
  const received = new Promise<string>((read) => {
    answer = async (response) => {
      read(await text(seen[0] as IncomingMessage));
      response.writeHead(204).end();
    };
  });
  await (await backend("token")).PATCH("/profile", { body: { display_name: "阿明" } });
  expect(JSON.parse(await received)).toEqual({ display_name: "阿明" });
});

test("without a setting the API is where `make run` has it", () => {
  vi.stubEnv("BACKEND_INTERNAL_URL", "");
  expect(backendUrl()).toBe("http://127.0.0.1:8000");
});
