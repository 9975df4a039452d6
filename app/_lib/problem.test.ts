import { expect, test } from "vitest";

import { isPassing, loaded, NOT_FOUND, problemOf } from "@/app/_lib/problem";
import { problemKey, waitOf } from "@/app/_lib/problem-key";

function refusal(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

test("what was asked for comes as data", async () => {
  const asked = Promise.resolve({ data: { id: 1 }, response: new Response("{}") });
  expect(await loaded(asked)).toEqual({ ok: true, data: { id: 1 } });
});

test("an answer without a body is one as well", async () => {
  expect(await loaded(Promise.resolve({ response: refusal(204) }))).toEqual({ ok: true, data: undefined });
});

test("a problem document is read whole", async () => {
  const error = {
    title: "Too Many Requests",
    status: 429,
    code: "throttled",
    detail: "Wait.",
    errors: { name: ["Too long."] },
    reasons: { name: "max_length" },
    instance: "request-1",
  };
  expect(await loaded(Promise.resolve({ error, response: refusal(429, { "retry-after": "7" }) }))).toEqual({
    ok: false,
    problem: {
      status: 429,
      code: "throttled",
      detail: "Wait.",
      errors: { name: ["Too long."] },
      reasons: { name: "max_length" },
      retryAfter: 7,
    },
  });
});

test.each([
  [undefined],
  [null],
  [""],
  ["<!doctype html>"],
  [[]],
  [{}],
  [{ code: 7, detail: null, errors: "no", reasons: 1 }],
  [{ errors: null, reasons: ["a"] }],
])("a refusal with the body %j is known by its status alone", (body) => {
  expect(problemOf(body, refusal(502))).toEqual({
    status: 502,
    code: "backend_down",
    detail: "",
    errors: {},
    reasons: {},
    retryAfter: null,
  });
});

test.each([
  [429, "throttled"],
  [503, "backend_down"],
  [504, "backend_timeout"],
  [418, "unknown"],
])("status %i without a document is %s", (status, code) => {
  expect(problemOf("<html>", refusal(status)).code).toBe(code);
});

test("the status is that of the answer, whatever its document says", () => {
  expect(problemOf({ status: 200, code: "x" }, refusal(500)).status).toBe(500);
});

test.each([
  ["0", 0],
  ["120", 120],
  ["Wed, 21 Oct 2026 07:28:00 GMT", null],
  ["soon", null],
])("Retry-After %s is %s", (value, seconds) => {
  expect(problemOf({}, refusal(503, { "retry-after": value })).retryAfter).toBe(seconds);
});

test("a network that is down is a problem, and so is patience that has run out", async () => {
  const down = await loaded(Promise.reject(new TypeError("fetch failed")));
  expect(down).toMatchObject({ ok: false, problem: { status: 503, code: "backend_down" } });
  const late = await loaded(Promise.reject(new DOMException("", "TimeoutError")));
  expect(late).toMatchObject({ ok: false, problem: { status: 504, code: "backend_timeout" } });
});

test.each([
  [500, true],
  [503, true],
  [504, true],
  [429, true],
  [400, false],
  [401, false],
  [403, false],
  [404, false],
  [409, false],
])("whether %i may pass by itself: %s", (status, passing) => {
  expect(isPassing(problemOf({}, refusal(status)))).toBe(passing);
});

test.each([
  [null, 0, "other"],
  [0, 0, "other"],
  [12, 12, "second"],
  [99, 99, "second"],
  [100, 2, "minute"],
  [864, 15, "minute"],
  [17_280, 5, "hour"],
] as const)("a wait of %s seconds is said as %i (%s)", (retryAfter, amount, unit) => {
  expect(waitOf({ retryAfter })).toEqual({ amount, unit });
});

test("each code that we have a sentence for has that one, and every other the common one", () => {
  expect(problemKey(NOT_FOUND)).toBe("not_found");
  expect(problemKey({ code: "backend_timeout" })).toBe("backend_timeout");
  expect(problemKey({ code: "tokens_not_verifiable" })).toBe("sign_in_unreachable");
  for (const code of ["", "no_such_code", "constructor", "__proto__", "NOT_FOUND"]) {
    expect(problemKey({ code })).toBe("unknown");
  }
});
