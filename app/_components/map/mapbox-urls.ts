const HOST = "https://api.mapbox.com";

/**
 * For a style that Mapbox serves: turns the addresses of its own kind (`mapbox://…`) in it into such as can be fetched, with
 * the token of the style's address. Null for any other style, in which there are none.
 *
 * Sources, sprites and fonts lie where Mapbox's documentation of its Vector Tiles, Styles and Fonts APIs says.
 */
export function mapboxUrls(styleUrl: string): ((url: string) => string) | null {
  const style = URL.canParse(styleUrl) ? new URL(styleUrl) : null;
  const token = style?.searchParams.get("access_token");
  if (style?.origin !== HOST || !token) return null;
  const at = (path: string, parameters: Record<string, string> = {}) =>
    `${HOST}${path}?${new URLSearchParams({ ...parameters, access_token: token })}`;
  return (url) => {
    const [, kind = "", rest = ""] = /^mapbox:\/\/(?:(fonts|sprites)\/)?([^?]+)/.exec(url) ?? [];
    if (rest === "") return url;
    if (kind === "fonts") return at(`/fonts/v1/${rest}`);
    if (kind === "sprites") return at(`/styles/v1/${rest.replace(/(@2x)?\.(json|png)$/, "/sprite$1.$2")}`);
    return at(`/v4/${rest}.json`, { secure: "" });
  };
}
