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
    // "/.//elsewhere" is a path of ours until its dots are resolved. What is left is the address of another site.
    if (target.origin !== here || target.pathname.startsWith("//")) return "/";
    return target.pathname + target.search + target.hash;
  } catch {
    return "/";
  }
}

/** A link's query that leads back here afterwards. */
export function withNext(path: string, next: string): string {
  return next === "/" ? path : `${path}?next=${encodeURIComponent(next)}`;
}
