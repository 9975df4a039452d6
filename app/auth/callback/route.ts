import { redirect } from "next/navigation";

import { nextPath, withNext } from "@/app/_lib/next-path";
import { supabaseServer } from "@/app/_lib/supabase-server";

/** Where Google, LINE and links in Supabase's mails come back to, with a code that is good for one session. */
export async function GET(request: Request): Promise<never> {
  const asked = new URL(request.url).searchParams;
  const next = nextPath(asked.get("next"));
  const code = asked.get("code");
  if (code !== null) {
    const { supabase, saveSession } = await supabaseServer();
    const { error } = await supabase.auth.exchangeCodeForSession(code);
    saveSession();
    if (error === null) redirect(next);
  }
  const signIn = next === "/en" || next.startsWith("/en/") ? "/en/sign-in" : "/sign-in";
  redirect(`${withNext(signIn, next)}${next === "/" ? "?" : "&"}failed=1`);
}
