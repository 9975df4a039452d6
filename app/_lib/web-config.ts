/** What the browser must know of where this site runs. Served at `/config.json`, so that one build runs anywhere. */
export type WebConfig = {
  supabaseUrl: string;
  supabasePublishableKey: string;
  /** Style of the map; null for the one that we draw ourselves. */
  mapStyleUrl: string | null;
  /** Other ways to sign in that are set up. */
  signInWith: readonly SignInProvider[];
};

/** Beside email and password; in the order of their buttons. */
export const SIGN_IN_PROVIDERS = ["google", "line"] as const;
export type SignInProvider = (typeof SIGN_IN_PROVIDERS)[number];

let known: Promise<WebConfig> | undefined;

/** In the browser: asked for once. Throws when it cannot be had; the next call asks again. */
export function webConfig(): Promise<WebConfig> {
  known ??= fetch("/config.json").then((answer) => {
    if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
    return answer.json() as Promise<WebConfig>;
  });
  known.catch(() => (known = undefined));
  return known;
}
