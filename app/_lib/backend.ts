import "server-only";

import { headers } from "next/headers";
import createClient, { type Client } from "openapi-fetch";

import { backendUrl } from "@/app/_lib/backend-url";
import type { paths } from "@/app/_lib/schema";

const PATIENCE_MS = 10_000;

/** Of the visitor's request: the API counts requests by address, and logs them by id. */
const PASSED_ON = ["x-forwarded-for", "x-forwarded-proto", "x-request-id", "user-agent"];

/** A client with the API's routes and types. */
export type Backend = Client<paths>;

/** The API, asked from a page on the server on behalf of its visitor, signed in with `accessToken` or a guest. */
export function backend(accessToken?: string): Promise<Backend> {
  return backendWithin(PATIENCE_MS, accessToken);
}

/** The same with another patience, in milliseconds. What is not there by then is a problem with status 504. */
export async function backendWithin(patienceMs: number, accessToken?: string): Promise<Backend> {
  const visitor = await headers();
  const passed = PASSED_ON.flatMap((name) => {
    const value = visitor.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return createClient<paths>({
    baseUrl: backendUrl(),
    headers: Object.fromEntries(accessToken ? [...passed, ["authorization", `Bearer ${accessToken}`]] : passed),
    fetch: (request) => patientFetch(request, patienceMs),
  });
}

/**
 * The request as an address and options. Of a `Request` Next.js makes others, whose signals follow ours by weak
 * references alone: after a garbage collection no timeout gets through any more, and a page waits for five minutes.
 */
function patientFetch({ url, method, headers, body }: Request, patienceMs: number): Promise<Response> {
  return fetch(url, {
    method,
    headers,
    cache: "no-store",
    signal: AbortSignal.timeout(patienceMs),
    ...(body && { body, duplex: "half" }),
  });
}
