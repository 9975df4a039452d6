import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { proxy, proxyWithin } from "@/app/_lib/proxy";

type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let seen: Seen[];
let answer: Answer;

/** The API: notes what comes, and answers as the test says. */
beforeEach(async () => {
  seen = [];
  answer = (_request, response) => response.end("{}");
  server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body: await text(request) });
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  vi.stubEnv("BACKEND_INTERNAL_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function asked(path: string, init: RequestInit = {}): Request {
  return new Request(`https://caferoam.example${path}`, { ...init, ...(init.body ? { duplex: "half" } : {}) });
}

test("the path without /api and the query go on as they are", async () => {
  await proxy(asked("/api/shops?city=%E5%8F%B0%E5%8C%97%E5%B8%82&tag=quiet&tag=wifi&q=a+b"));
  expect(seen[0]?.url).toBe("/shops?city=%E5%8F%B0%E5%8C%97%E5%B8%82&tag=quiet&tag=wifi&q=a+b");
  await proxy(asked("/api/api/shops"));
  expect(seen[1]?.url).toBe("/api/shops");
});

test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])("%s stays that method", async (method) => {
  await proxy(asked("/api/lists", { method }));
  expect(seen[0]?.method).toBe(method);
});

test("a body goes on byte by byte, also where it is no JSON", async () => {
  const body = '{"name": "a",\u0000 "名": "\ud83d\ude00"} not json';
  await proxy(asked("/api/lists", { method: "POST", body, headers: { "content-type": "application/json" } }));
  expect(seen[0]?.body).toBe(body);
  expect(seen[0]?.headers["content-type"]).toBe("application/json");
});

test("the API hears of a body when all of it is there, and how long it is", async () => {
  const begun: string[] = [];
  server.on("request", ({ url = "" }: IncomingMessage) => begun.push(url));
  const { readable, writable } = new TransformStream<Uint8Array>();
  const writer = writable.getWriter();
  const slow = proxy(asked("/api/lists", { method: "POST", body: readable }));
  await writer.write(new TextEncoder().encode('{"name": '));
  await proxy(asked("/api/shops"));
  expect(begun).toEqual(["/shops"]);
  await writer.write(new TextEncoder().encode('"a"}'));
  await writer.close();
  expect((await slow).status).toBe(200);
  expect(seen[1]).toMatchObject({ url: "/lists", body: '{"name": "a"}', headers: { "content-length": "13" } });
});

test("a body that is too long for the API is cut where the API sees that it is", async () => {
  await proxy(asked("/api/lists", { method: "POST", body: new Uint8Array(5_000_000) }));
  expect(seen[0]?.headers["content-length"]).toBe(String(1024 * 1024 + 1));
  expect(seen[0]?.body).toHaveLength(1024 * 1024 + 1);
});

test("of a visitor who leaves before the body is whole the API hears nothing", async () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error("ECONNRESET")) });
  await proxy(asked("/api/lists", { method: "POST", body }));
  expect(seen).toEqual([]);
  expect(console.error).not.toHaveBeenCalled();
});

test.each(["POST", "DELETE"])("%s without a body stays without one", async (method) => {
  await proxy(asked("/api/lists", { method, body: new ReadableStream({ start: (controller) => controller.close() }) }));
  expect([seen[0]?.body, seen[0]?.headers["transfer-encoding"]]).toEqual(["", undefined]);
});

test.each([
  ["accept", "application/json"],
  ["accept-language", "zh-TW"],
  ["authorization", "Bearer token"],
  ["idempotency-key", "0190"],
  ["if-none-match", '"tag"'],
  ["user-agent", "Somebody/1"],
  ["x-request-id", "request-1"],
  ["x-forwarded-for", "203.0.113.7"],
  ["x-forwarded-proto", "https"],
  ["svix-id", "msg_1"],
  ["svix-signature", "v1,abc"],
  ["svix-timestamp", "1"],
])("the API gets to see %s", async (name, value) => {
  await proxy(asked("/api/shops", { headers: { [name]: value } }));
  expect(seen[0]?.headers[name]).toBe(value);
});

test.each([
  "cookie",
  "x-forwarded-host",
  "x-real-ip",
  "forwarded",
  "origin",
  "x-middleware-subrequest",
  "te",
  "upgrade",
])("the API does not get to see %s", async (name) => {
  const request = asked("/api/shops", { headers: { [name]: "secret" } });
  expect(request.headers.get(name), "it has come as far as us").toBe("secret");
  await proxy(request);
  expect(JSON.stringify(seen[0]?.headers)).not.toContain("secret");
});

test("the API is asked for nothing compressed, which could not be passed through", async () => {
  await proxy(asked("/api/shops", { headers: { "accept-encoding": "gzip, br" } }));
  expect(seen[0]?.headers["accept-encoding"]).toBe("identity");
});

test.each([
  ["cache-control", "public, max-age=60"],
  ["content-disposition", "attachment"],
  ["content-language", "zh-TW"],
  ["content-type", "application/problem+json"],
  ["etag", '"tag"'],
  ["location", "/lists/1"],
  ["ratelimit-remaining", "3"],
  ["retry-after", "7"],
  ["vary", "accept-language"],
  ["www-authenticate", "Bearer"],
  ["x-request-id", "request-1"],
])("the visitor gets to see %s", async (name, value) => {
  answer = (_request, response) => response.setHeader(name, value).end();
  expect((await proxy(asked("/api/shops"))).headers.get(name)).toBe(value);
});

test.each([
  "set-cookie",
  "server",
  "connection",
  "keep-alive",
  "x-powered-by",
  "access-control-allow-origin",
  "trailer",
])("the visitor does not get to see %s", async (name) => {
  answer = (_request, response) => {
    response.writeHead(200, { [name]: name === "connection" ? "close" : "secret" }).end();
  };
  expect((await proxy(asked("/api/shops"))).headers.get(name)).toBeNull();
});

test.each([200, 201, 204, 304, 400, 401, 404, 409, 422, 429, 500, 503])("status %i comes back", async (status) => {
  answer = (_request, response) => {
    response.writeHead(status);
    response.end(status === 204 || status === 304 ? undefined : '{"detail": "as it was"}');
  };
  const got = await proxy(asked("/api/shops"));
  expect(got.status).toBe(status);
  if (status !== 204 && status !== 304) expect(await got.text()).toBe('{"detail": "as it was"}');
});

test("a redirect is told, not followed", async () => {
  answer = (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
  const got = await proxy(asked("/api/shops"));
  expect([got.status, got.headers.get("location")]).toEqual([302, "http://127.0.0.1:1/elsewhere"]);
  expect(seen).toHaveLength(1);
});

test("HEAD has the head of the answer and no body", async () => {
  answer = (_request, response) => response.writeHead(200, { etag: '"tag"', "content-length": "20" }).end();
  const got = await proxy(asked("/api/stamps/1.svg", { method: "HEAD" }));
  expect([got.status, got.headers.get("etag"), await got.text()]).toEqual([200, '"tag"', ""]);
});

test("an answer is passed on while it still comes", async () => {
  let finish = () => undefined as unknown;
  answer = (_request, response) => {
    response.write("first");
    finish = () => response.end("last");
  };
  const reader = ((await proxy(asked("/api/shops"))).body as ReadableStream<Uint8Array>).getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("first");
  finish();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("last");
});

test("an answer that has begun in time may take longer than the patience", async () => {
  answer = (_request, response) => {
    response.write("first ");
    setTimeout(() => response.end("last"), 3000);
  };
  expect(await (await proxyWithin(2000)(asked("/api/shops"))).text()).toBe("first last");
});

test("an API that is down is a problem with status 503, and with what to do", async () => {
  vi.stubEnv("BACKEND_INTERNAL_URL", "http://127.0.0.1:1");
  const got = await proxy(asked("/api/shops", { headers: { "x-request-id": "request-1" } }));
  expect(got.status).toBe(503);
  expect(got.headers.get("content-type")).toBe("application/problem+json");
  expect(got.headers.get("retry-after")).toBe("5");
  expect(got.headers.get("cache-control")).toBe("no-store");
  expect(got.headers.get("x-request-id")).toBe("request-1");
  expect(await got.json()).toMatchObject({ status: 503, code: "backend_down", detail: "CafeRoam cannot be reached." });
});

test("an API that hangs up without a word is down", async () => {
  answer = (request) => request.socket.destroy();
  expect((await proxy(asked("/api/shops"))).status).toBe(503);
});

test("an API that does not answer in time is a problem with status 504, and is let go", async () => {
  const letGo = new Promise((gone) => {
    answer = (request) => request.socket.once("close", gone);
  });
  const got = await proxyWithin(1000)(asked("/api/search?text=x"));
  expect(got.status).toBe(504);
  expect(got.headers.get("content-type")).toBe("application/problem+json");
  expect(await got.json()).toMatchObject({ status: 504, code: "backend_timeout" });
  await letGo;
});

test("when the visitor leaves, the API is let go", async () => {
  const visit = new AbortController();
  const letGo = new Promise((gone) => {
    answer = (request) => {
      request.socket.once("close", gone);
      visit.abort();
    };
  });
  await proxy(asked("/api/search?text=x", { signal: visit.signal }));
  await letGo;
});

test("what is no problem of ours is not written to the log", async () => {
  const visit = new AbortController();
  answer = () => visit.abort();
  await proxy(asked("/api/shops", { signal: visit.signal }));
  expect(console.error).not.toHaveBeenCalled();
  vi.stubEnv("BACKEND_INTERNAL_URL", "http://127.0.0.1:1");
  await proxy(asked("/api/shops"));
  expect(console.error).toHaveBeenCalledOnce();
});
