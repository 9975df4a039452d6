import { redirect } from "next/navigation";

import { nextPath, withNext } from "@/app/_lib/next-path";
import { supabaseServer } from "@/app/_lib/supabase-server";

/** Renews the session of somebody whose token has ended, and sends them on; without one they sign in again. */
export async function GET(request: Request): Promise<never> {
  const next = nextPath(new URL(request.url).searchParams.get("next"));
  const supabase = await supabaseServer();
  const { data, error } = await supabase.auth.refreshSession();
  if (data.session !== null) redirect(next);
  // A server that cannot be reached is no reason to forget somebody: the page shows its own trouble.
  const isOver = error !== null && error.status !== undefined && error.status >= 400 && error.status < 500;
  if (isOver) await supabase.auth.signOut({ scope: "local" });
  const signIn = next === "/en" || next.startsWith("/en/") ? "/en/sign-in" : "/sign-in";
  redirect(withNext(signIn, next));
}
