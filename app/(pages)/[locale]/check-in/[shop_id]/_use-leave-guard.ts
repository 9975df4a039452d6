"use client";

import { useEffect } from "react";

/** Asks before the page is left, by whatever way the browser lets us notice, while `unsaved`. */
export function useLeaveGuard(unsaved: boolean, question: string) {
  useEffect(() => {
    if (!unsaved) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    // Links of the site change the page without unloading it. Seen on their way down, before the router hears of them.
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const staysOpen = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
      if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || staysOpen) return;
      if (link.hash !== "" && link.pathname === window.location.pathname) return;
      if (window.confirm(question)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const stopWatching = watchTraversals(() => window.confirm(question));
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
 * Asks when the back or forward button leads to another page of the site; to another site, `beforeunload` asks.
 *
 * The browser has moved by then, but nobody has drawn the other page: if the member stays, the router never hears of it,
 * and the browser is sent back to where it was.
 */
function watchTraversals(mayLeave: () => boolean): () => void {
  const here = window.location.pathname + window.location.search;
  let place = placeInHistory();
  let isReturning = false;
  const onPop = (event: PopStateEvent) => {
    if (window.location.pathname + window.location.search === here) {
      if (isReturning) event.stopImmediatePropagation();
      isReturning = false;
      place = placeInHistory();
    } else if (isReturning || !mayLeave()) {
      event.stopImmediatePropagation();
      isReturning = true;
      const there = placeInHistory();
      // A browser that does not tell places was most likely told to go back.
      window.history.go(place === null || there === null ? 1 : place - there);
    }
  };
  // On the way down: the router listens for the same, and has done so for longer.
  window.addEventListener("popstate", onPop, true);
  return () => window.removeEventListener("popstate", onPop, true);
}

/** Not in all browsers of our members, and so not in TypeScript's list of what a window has. */
type MayTellPlaces = { navigation?: { currentEntry: { index: number } | null } };

/** The number of the current entry in the history of this tab, where the browser tells it. */
function placeInHistory(): number | null {
  return (window as Window & MayTellPlaces).navigation?.currentEntry?.index ?? null;
}
