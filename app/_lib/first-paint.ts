import { PRESENT } from "@/app/_lib/session-cookie";

/** Where a browser keeps the theme that its user chose. */
export const THEME_KEY = "theme";

/**
 * Runs before anything is painted, so that nobody sees the other theme flash by, and members see at once what is theirs:
 * `member:` and `guest:` in class names go by it.
 */
export const FIRST_PAINT_SCRIPT = [
  `try{const t=localStorage.getItem("${THEME_KEY}");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch{}`,
  `if(${PRESENT}.test(document.cookie))document.documentElement.dataset.member=""`,
].join(";");
