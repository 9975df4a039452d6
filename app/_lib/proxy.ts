import "server-only";

import { backendUrl } from "@/app/_lib/backend-url";
import { wholeBody } from "@/app/_lib/whole-body";

/** How long the API may take for the head of its answer. */
const PATIENCE_MS = 15_000;

/** What of a request the API gets to see, beside method, path, query and body. */
const PASSED_ON = [
  "accept",
  "accept-language",
  "authorization",
  "content-type",
  "idempotency-key",
  "if-none-match",
  "user-agent",
  "x-request-id",
  "svix-id",
  "svix-signature",
  "svix-timestamp",
];

/** What of an answer its reader gets to see. */
const PASSED_BACK = [
  "cache-control",
  "content-disposition",
  "content-language",
  "content-security-policy",
  "content-type",
  "etag",
  "last-modified",
  "location",
  "ratelimit",
  "ratelimit-limit",
  "ratelimit-policy",
  "ratelimit-remaining",
  "ratelimit-reset",
  "retry-after",
  "vary",
  "www-authenticate",
  "x-request-id",
];

/**
 * Ask the API the same, and answer the same.
 *
 * `/api/shops?city=…` here is `/shops?city=…` there. Bodies go through as they are. When the API cannot be reached the
 * answer is a problem document with status 503, when it does not answer within 15 seconds one with 504.
 */
export const proxy = proxyWithin(PATIENCE_MS);

/** The same with another patience, in milliseconds. */
export function proxyWithin(patienceMs: number): (request: Request) => Promise<Response> {
  return (request) => pass(request, patienceMs);
}

async function pass(request: Request, patienceMs: number): Promise<Response> {
  let body: BodyInit | null;
  try {
    // Before the API is asked: one of its few threads would wait for each that comes slowly.
    body = await wholeBody(request);
  } catch {
    return new Response(null, { status: 400 }); // nobody hears it: the visitor has left
  }
  const asked = new URL(request.url);
  const target = backendUrl() + asked.pathname.replace(/^\/api/, "") + asked.search;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException("", "TimeoutError")), patienceMs);
  const gone = () => deadline.abort(request.signal.reason);
  request.signal.addEventListener("abort", gone, { once: true });
  try {
    const answer = await fetch(target, {
      method: request.method,
      headers: passedOn(request.headers),
      redirect: "manual",
      cache: "no-store",
      signal: deadline.signal,
      body,
    });
    return new Response(answer.body, { status: answer.status, headers: passedBack(answer.headers) });
  } catch (error) {
    return unanswered(error, deadline.signal, request.headers.get("x-request-id"));
  } finally {
    clearTimeout(timer);
  }
}

function passedOn(given: Headers): Headers {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  // What the proxies before this one have noted, or, where there are none, the address that Next has seen. The API
  // believes as many of these hops as its setting says.
  for (const name of ["x-forwarded-for", "x-forwarded-proto"]) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  // A compressed body could not be passed through: fetch would have unpacked it, and kept its header.
  headers.set("accept-encoding", "identity");
  return headers;
}

function passedBack(given: Headers): Headers {
  const headers = new Headers();
  for (const name of PASSED_BACK) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

function unanswered(error: unknown, signal: AbortSignal, requestId: string | null): Response {
  const late = signal.aborted && signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  const problem = late
    ? { title: "Gateway Timeout", status: 504, code: "backend_timeout", detail: "CafeRoam takes too long to answer." }
    : { title: "Service Unavailable", status: 503, code: "backend_down", detail: "CafeRoam cannot be reached." };
  if (!signal.aborted) console.error("The API cannot be reached:", cause(error));
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (!late) headers.set("retry-after", "5");
  if (requestId !== null) headers.set("x-request-id", requestId);
  const document = { type: `urn:problem:caferoam:${problem.code}`, ...problem, instance: requestId ?? "" };
  return new Response(JSON.stringify(document), { status: problem.status, headers });
}

function cause(error: unknown): string {
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  return inner instanceof Error ? ((inner as NodeJS.ErrnoException).code ?? inner.name) : "unknown";
}
