import "server-only";

import { createServerClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { cookies } from "next/headers";

import { serverConfig } from "@/app/_lib/server-config";
import { SESSION_COOKIE } from "@/app/_lib/session-cookie";
import { siteUrl } from "@/app/_lib/site-url";

/** The client wants to see a WebSocket when it is made, which Node 20 does not have. The server opens none. */
class NoSocket {
  constructor() {
    throw new Error("the server listens to no channel");
  }
}

/**
 * A Supabase client for one request to a route handler, where cookies can be written: it renews and ends sessions.
 *
 * The visitor's browser hears of what it did with `saveSession`, or not at all.
 */
export async function supabaseServer(): Promise<{ supabase: SupabaseClient; saveSession: () => void }> {
  const jar = await cookies();
  const { supabaseUrl, supabasePublishableKey } = serverConfig();
  const changes = new Map<string, () => void>();
  const supabase = createServerClient(supabaseUrl, supabasePublishableKey, {
    cookieOptions: { name: SESSION_COOKIE, sameSite: "lax", secure: siteUrl().protocol === "https:" },
    realtime: { transport: NoSocket as never },
    cookies: {
      getAll: () => jar.getAll(),
      setAll: (changed) => {
        for (const { name, value, options } of changed) changes.set(name, () => jar.set(name, value, options));
      },
    },
  });
  return {
    supabase,
    saveSession: () => {
      for (const save of changes.values()) save();
    },
  };
}
