import { serverConfig } from "@/app/_lib/server-config";

export const dynamic = "force-dynamic";

/** Nothing in it is secret. */
export function GET(): Response {
  return Response.json(serverConfig(), { headers: { "cache-control": "public, max-age=60" } });
}
