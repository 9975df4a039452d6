import "server-only";

import { SIGN_IN_PROVIDERS, type WebConfig } from "@/app/_lib/web-config";

/** The environment's part of the configuration; asked at run time. */
export function serverConfig(): WebConfig {
  const wanted = (process.env.SIGN_IN_WITH ?? "").split(",").map((name) => name.trim());
  return {
    supabaseUrl: (process.env.SUPABASE_URL ?? "").replace(/\/+$/, ""),
    supabasePublishableKey: process.env.SUPABASE_PUBLISHABLE_KEY ?? "",
    mapStyleUrl: process.env.MAP_STYLE_URL || null,
    signInWith: SIGN_IN_PROVIDERS.filter((name) => wanted.includes(name)),
  };
}
