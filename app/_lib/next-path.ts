/**
 * Where to go on to after signing in: a path of this site, whatever a link says.
 *
 * Anything that a browser could read as another site is "/" instead.
 */
export function nextPath(given: string | string[] | null | undefined): string {
  if (typeof given !== "string" || !given.startsWith("/")) return "/";
  try {
    const here = "http://here.invalid";
    const target = new URL(given, here);
    return target.origin === here ? target.pathname + target.search + target.hash : "/";
  } catch {
    return "/";
  }
}

/** A link's query that leads back here afterwards. */
export function withNext(path: string, next: string): string {
  return next === "/" ? path : `${path}?next=${encodeURIComponent(next)}`;
}
