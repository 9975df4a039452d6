import { outlines } from "@/app/_components/map/outlines";

export const dynamic = "force-static";

/** What the bundled style draws; made while building. */
export function GET(): Response {
  return Response.json(outlines(), {
    headers: { "cache-control": "public, max-age=86400, stale-while-revalidate=604800" },
  });
}
