import { backend } from "@/app/_lib/backend";
import { districtPath } from "@/app/_lib/district-path";
import { loaded } from "@/app/_lib/problem";
import { siteUrl } from "@/app/_lib/site-url";
import { type SitemapPage, sitemapXml } from "@/app/_lib/sitemap";

export const dynamic = "force-dynamic";

const FIXED = ["/", "/shops", "/districts", "/about", "/privacy"];
const ON_A_PAGE = 100;
/** The protocol allows 50,000 addresses; each page has two. */
const CAFES_MAX = 24_000;
const KEPT_MS = 3_600_000;

let kept: { xml: string; until: number } | undefined;
let asking: Promise<SitemapPage[] | null> | undefined;

/**
 * Every public page. Made at most once an hour, for all who ask meanwhile; while the API cannot be reached the last one
 * has to do, and where there is none, crawlers are asked to come back.
 */
export async function GET(): Promise<Response> {
  if (kept === undefined || kept.until < Date.now()) {
    asking ??= publicPages().finally(() => {
      asking = undefined;
    });
    const pages = await asking;
    if (pages !== null) kept = { xml: sitemapXml(siteUrl(), pages), until: Date.now() + KEPT_MS };
  }
  if (kept === undefined) return new Response(null, { status: 503, headers: { "retry-after": "600" } });
  return new Response(kept.xml, {
    headers: { "content-type": "application/xml; charset=utf-8", "cache-control": "public, max-age=3600" },
  });
}

async function publicPages(): Promise<SitemapPage[] | null> {
  const api = await backend();
  const cafes: SitemapPage[] = [];
  const areas = new Set<string>();
  let cursor: string | undefined;
  do {
    const query = { limit: ON_A_PAGE, order: "name", ...(cursor !== undefined && { cursor }) } as const;
    const page = await loaded(api.GET("/shops", { params: { query } }));
    if (!page.ok) return null;
    for (const { id, city, district } of page.data.results) {
      cafes.push({ path: `/shops/${id}` });
      if (city !== "") areas.add(districtPath(city, "")).add(districtPath(city, district));
    }
    cursor = page.data.next_cursor ?? undefined;
  } while (cursor !== undefined && cafes.length < CAFES_MAX);
  return [...FIXED.map((path) => ({ path })), ...[...areas].sort().map((path) => ({ path })), ...cafes];
}
