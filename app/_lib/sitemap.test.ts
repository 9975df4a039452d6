import { expect, test } from "vitest";

import { sitemapXml } from "@/app/_lib/sitemap";

const SITE = new URL("https://caferoam.example");

test("each page is listed in both languages, each with both addresses", () => {
  const xml = sitemapXml(SITE, [{ path: "/" }, { path: "/districts/台北市" }]);
  const listed = [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map((match) => match[1]);
  expect(listed).toEqual([
    "https://caferoam.example/",
    "https://caferoam.example/en",
    "https://caferoam.example/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
    "https://caferoam.example/en/districts/%E5%8F%B0%E5%8C%97%E5%B8%82",
  ]);
  expect(xml.match(/hreflang="en"/g)).toHaveLength(4);
});

test("an address cannot break out of the document", () => {
  expect(sitemapXml(SITE, [{ path: '/a?b=1&c="<' }])).not.toMatch(/<loc>[^<]*[&"](?!amp;|quot;|lt;)[^<]*<\/loc>/);
});
