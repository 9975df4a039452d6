"use client";

import { useEffect } from "react";

import { THEME_KEY } from "@/app/_lib/first-paint";
import { hasSessionCookie } from "@/app/_lib/session-cookie";

/** Does what the script in the head does, for pages that came without it: those that the server could not render. */
export function FirstPaint() {
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (hasSessionCookie(document.cookie)) dataset.member = "";
    try {
      const theme = localStorage.getItem(THEME_KEY);
      if (theme === "light" || theme === "dark") dataset.theme = theme;
    } catch {
      // A browser that keeps nothing has no theme for us.
    }
  }, []);
  return null;
}
