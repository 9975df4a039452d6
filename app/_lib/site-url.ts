/** Where people open the site, for links that must be absolute: `WEB_URL`. */
export function siteUrl(): URL {
  return new URL(process.env.WEB_URL || "http://127.0.0.1:3000");
}
