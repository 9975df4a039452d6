/** A page in the sitemap: its address in each language, the first being the one it is listed under. */
export type SitemapPage = { path: string; lastModified?: string };

/** The document of the sitemaps protocol (sitemaps.org), each page with its twin in English. */
export function sitemapXml(site: URL, pages: readonly SitemapPage[]): string {
  const urls = pages.flatMap(({ path, lastModified }) => {
    const zh = address(site, path);
    const en = address(site, path === "/" ? "/en" : `/en${path}`);
    const twins = [
      ["zh-Hant-TW", zh],
      ["en", en],
    ].map(([lang, href]) => `<xhtml:link rel="alternate" hreflang="${lang}" href="${href}"/>`);
    const when = lastModified === undefined ? "" : `<lastmod>${escapeXml(lastModified)}</lastmod>`;
    return [zh, en].map((url) => `<url><loc>${url}</loc>${when}${twins.join("")}</url>`);
  });
  const schemas = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset ${schemas}>\n${urls.join("\n")}\n</urlset>\n`;
}

function address(site: URL, path: string): string {
  return escapeXml(new URL(path, site).href);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
