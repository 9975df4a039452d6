/** The cookie, or the numbered pieces of it, that holds a member's session. */
export const SESSION_COOKIE = "caferoam-session";

/** Of `document.cookie`. */
export const PRESENT = new RegExp(`(?:^|; )${SESSION_COOKIE}(?:\\.0)?=[^;]`);

/** Whether such a cookie is there. Whether it is still good is for the server to say. */
export function hasSessionCookie(cookies: string): boolean {
  return PRESENT.test(cookies);
}
