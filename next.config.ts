import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./app/_i18n/request.ts");

// What pages may load. Scripts and styles come from here only; inline ones run, as Next's own have no nonce without a
// middleware (docs/decisions/0010). Pictures and requests go to Storage and Auth, map tiles to whatever serves the style.
const withOrigin = (url: string | undefined) => (url ? new URL(url).origin : "");
// One build may run anywhere: what is not known while building is any https origin, or this machine (`make run`).
const anywhere = "https: http://127.0.0.1:* http://localhost:*";
const supabase = withOrigin(process.env.SUPABASE_URL) || anywhere;
const style = withOrigin(process.env.MAP_STYLE_URL);
const map = style === "https://api.mapbox.com" ? `${style} https://*.tiles.mapbox.com` : style;
const policy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  `img-src 'self' data: blob: ${supabase} ${map}`,
  `connect-src 'self' ${supabase} ${map}`,
  "worker-src 'self' blob:",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const config: NextConfig = {
  output: "standalone",
  // Pictures for link previews are drawn with one weight of this font, whose files are read by name.
  outputFileTracingIncludes: {
    "/**/opengraph-image": [
      "./node_modules/@fontsource/noto-sans-tc/700.css",
      "./node_modules/@fontsource/noto-sans-tc/files/*-700-normal.woff",
    ],
  },
  // Next would resize pictures with these, which nothing here asks it to.
  outputFileTracingExcludes: { "**": ["./node_modules/@img/**", "./node_modules/sharp/**"] },
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  typedRoutes: false,
  // Nothing uses the optimizer, so nobody can make it work.
  images: { unoptimized: true },
  async headers() {
    return [
      {
        source: "/:path*",
        headers: [
          { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "Permissions-Policy", value: "geolocation=(self), camera=(self)" },
          { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
          // Browsers heed it only where the site came over https.
          { key: "Strict-Transport-Security", value: "max-age=31536000" },
        ],
      },
      // Below /api what the API says counts. It is stricter: a stamp that is opened by itself runs no script at all.
      { source: "/((?!api/).*)", headers: [{ key: "Content-Security-Policy", value: policy }] },
      // Their answers set cookies of one visitor.
      { source: "/auth/:path*", headers: [{ key: "Cache-Control", value: "private, no-store" }] },
    ];
  },
  async redirects() {
    return [
      { source: "/zh-TW", destination: "/", permanent: true },
      // Pictures for link previews are named with the language by Next: whoever fetches them is not sent elsewhere.
      { source: "/zh-TW/:path((?!.*opengraph-image).*)", destination: "/:path", permanent: true },
    ];
  },
  async rewrites() {
    // Chinese lives at the bare paths, English under /en. Files and routes that have such a path come first.
    return {
      beforeFiles: [],
      afterFiles: [
        { source: "/", destination: "/zh-TW" },
        { source: "/:path((?!api/|auth/|_next/|en$|en/|zh-TW).*)", destination: "/zh-TW/:path" },
      ],
      fallback: [],
    };
  },
};

export default withNextIntl(config);
