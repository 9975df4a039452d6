"use client";

import { useState } from "react";

import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

export type Profile = components["schemas"]["Profile"];
type Changes = components["schemas"]["PatchedProfileChangeRequest"];

/** Changes the profile: gives it as it is then, or null where it was not changed, for which `problem` has the reason. */
export function useChange() {
  const [state, setState] = useState<"ready" | "busy" | "saved" | Problem>("ready");
  const busy = state === "busy";

  async function change(changes: Changes): Promise<Profile | null> {
    if (busy) return null;
    setState("busy");
    const answer = await loaded(api.PATCH("/profile", { body: changes }));
    setState(answer.ok ? "saved" : answer.problem);
    return answer.ok ? answer.data : null;
  }

  return { change, busy, isSaved: state === "saved", problem: typeof state === "object" ? state : null };
}
