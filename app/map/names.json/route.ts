import { districtNames } from "@/app/_components/map/outlines";

export const dynamic = "force-static";

/** Where the middle of each district lies. */
export function GET(): Response {
  return Response.json(districtNames(), { headers: { "cache-control": "public, max-age=86400" } });
}
