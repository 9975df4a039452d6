const SYSTEM = "(prefers-color-scheme: dark)";

/** Whether the page is shown dark now: by the visitor's choice, or else by their system's. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia(SYSTEM).matches;
}

/** Calls whenever that may have changed; returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia(SYSTEM);
  const choice = new MutationObserver(listener);
  system.addEventListener("change", listener);
  choice.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", listener);
    choice.disconnect();
  };
}
