"use client";

import { useEffect } from "react";

/** Asks before the page is left, by whatever way the browser lets us notice, while `unsaved`. */
export function useLeaveGuard(unsaved: boolean, question: string) {
  useEffect(() => {
    if (!unsaved) return;
    let isLeaving = false;
    const mayLeave = () => {
      isLeaving = window.confirm(question);
      return isLeaving;
    };
    const onUnload = (event: BeforeUnloadEvent) => isLeaving || event.preventDefault();
    // Links of the site change the page without unloading it. Seen on their way down, before the router hears of them.
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const staysOpen = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
      if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || staysOpen) return;
      if (link.hash !== "" && link.pathname === window.location.pathname) return;
      if (mayLeave()) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const stopWatching = watchBack(mayLeave);
    window.addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, true);
    return () => {
      stopWatching();
      window.removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, true);
    };
  }, [unsaved, question]);
}

/**
 * Asks when the back button is pressed.
 *
 * Nobody can hold the browser then, and the router draws the page before this one before we hear of it. So this page is put into
 * the history once more: the way back leads to itself, and what is on it stays while we ask.
 */
function watchBack(mayLeave: () => boolean): () => void {
  const here = window.location.pathname + window.location.search;
  const isHere = () => window.location.pathname + window.location.search === here;
  let place: "top" | "below" | "left" = "top";
  let hash = window.location.hash;
  // Going from one to the other must not scroll the page to where it was when this began.
  window.history.scrollRestoration = "manual";
  window.history.pushState(window.history.state, "", window.location.href);
  const onPop = () => {
    const isWithin = window.location.hash !== hash; // to another part of the page
    hash = window.location.hash;
    if (!isHere() || isWithin) return;
    if (place === "left") {
      // The page was in the history more often, as when it was loaded anew.
      window.history.back();
    } else if (place === "below") {
      place = "top";
    } else if (mayLeave()) {
      place = "left";
      window.history.back();
    } else {
      place = "below";
      window.history.forward();
    }
  };
  const onHash = () => {
    hash = window.location.hash;
  };
  window.addEventListener("popstate", onPop);
  window.addEventListener("hashchange", onHash);
  return () => {
    window.removeEventListener("popstate", onPop);
    window.removeEventListener("hashchange", onHash);
    const scrollAsUsual = () => {
      window.history.scrollRestoration = "auto";
    };
    if (place !== "top" || !isHere()) return scrollAsUsual();
    // Nothing is unsaved any more: the page need not be there twice.
    window.addEventListener("popstate", () => setTimeout(scrollAsUsual), { once: true });
    window.history.back();
  };
}
