import { quietStyle } from "@/app/_components/map/quiet-style";

export const dynamic = "force-static";

/** The style of maps where none is configured. */
export function GET(): Response {
  return Response.json(quietStyle(), { headers: { "cache-control": "public, max-age=3600" } });
}
