export const dynamic = "force-dynamic";

/** Whether this process answers, whatever the API does; for platforms. `/api/healthz` asks the API. */
export function GET(): Response {
  return new Response("ok\n", { headers: { "cache-control": "no-store" } });
}
