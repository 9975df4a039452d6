import type { MetadataRoute } from "next";

import { siteUrl } from "@/app/_lib/site-url";

export const dynamic = "force-dynamic";

/** Members' pages and endless combinations of filters are of no use to a search engine. */
export default function robots(): MetadataRoute.Robots {
  const closed = ["/search", "/check-in/", "/check-ins", "/lists", "/stamps", "/profile", "/sign-in", "/unsubscribe/"];
  return {
    rules: {
      userAgent: "*",
      allow: ["/", "/api/stamps/"],
      disallow: [
        "/api/",
        "/auth/",
        ...closed,
        ...closed.map((path) => `/en${path}`),
        "/*?*after=",
        "/*?*cursor=",
        "/*?*tag=",
      ],
    },
    sitemap: new URL("/sitemap.xml", siteUrl()).href,
  };
}
