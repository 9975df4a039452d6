import "server-only";

import { headers } from "next/headers";
import createClient, { type Client } from "openapi-fetch";

import { backendUrl } from "@/app/_lib/backend-url";
import type { paths } from "@/app/_lib/schema";

const PATIENCE_MS = 10_000;

/** Of the visitor's request: the API counts requests by address, and logs them by id. */
const PASSED_ON = ["x-forwarded-for", "x-forwarded-proto", "x-request-id", "user-agent"];

export type Backend = Client<paths>;

/** The API, asked from a page on the server on behalf of its visitor, signed in with `accessToken` or a guest. */
export async function backend(accessToken?: string): Promise<Backend> {
  const visitor = await headers();
  const passed = PASSED_ON.flatMap((name) => {
    const value = visitor.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return createClient<paths>({
    baseUrl: backendUrl(),
    headers: Object.fromEntries(accessToken ? [...passed, ["authorization", `Bearer ${accessToken}`]] : passed),
    fetch: (request) => fetch(request, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }),
  });
}
