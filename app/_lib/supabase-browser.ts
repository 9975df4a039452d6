import type { SupabaseClient } from "@supabase/supabase-js";

import { SESSION_COOKIE } from "@/app/_lib/session-cookie";
import { webConfig } from "@/app/_lib/web-config";

/**
 * The browser's Supabase client; its session lies in cookies, where the server reads it.
 *
 * Loaded when it is first needed: most visitors only look around.
 */
export async function supabaseBrowser(): Promise<SupabaseClient> {
  const [{ createBrowserClient }, config] = await Promise.all([import("@supabase/ssr"), webConfig()]);
  return createBrowserClient(config.supabaseUrl, config.supabasePublishableKey, {
    cookieOptions: { name: SESSION_COOKIE, sameSite: "lax", secure: window.location.protocol === "https:" },
  });
}

/** A token that is good for at least the next request, or null for a guest. Refreshes the session when it must. */
export async function accessToken(): Promise<string | null> {
  const supabase = await supabaseBrowser();
  const { data } = await supabase.auth.getSession();
  return data.session?.access_token ?? null;
}
