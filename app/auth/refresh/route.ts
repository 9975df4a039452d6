import { cookies } from "next/headers";
import { redirect } from "next/navigation";

import { nextPath, withNext } from "@/app/_lib/next-path";
import { storedToken } from "@/app/_lib/session-state";
import { supabaseServer } from "@/app/_lib/supabase-server";

/** Renews the session of somebody whose token has ended, and sends them on; without one they sign in again. */
export async function GET(request: Request): Promise<never> {
  const next = nextPath(new URL(request.url).searchParams.get("next"));
  const jar = await cookies();
  const old = await storedToken((name) => jar.get(name)?.value ?? null);
  const { supabase, saveSession } = await supabaseServer();
  // Whoever asks for a session that has run out gets a renewed one. Another request would renew that again.
  const found = await supabase.auth.getSession();
  const isAsItWas = found.data.session !== null && found.data.session.access_token === old;
  const { data, error } = isAsItWas ? await supabase.auth.refreshSession() : found;
  if (data.session !== null) {
    saveSession();
    redirect(next);
  }
  // A server that cannot be reached is no reason to forget somebody, nor is one that has heard too much from us, who ask
  // for all members from one address: then the browser tries itself.
  const { status = 0 } = error ?? {};
  if (error === null || (status >= 400 && status < 500 && status !== 429)) {
    await supabase.auth.signOut({ scope: "local" });
    saveSession();
  }
  const signIn = next === "/en" || next.startsWith("/en/") ? "/en/sign-in" : "/sign-in";
  redirect(withNext(signIn, next));
}
