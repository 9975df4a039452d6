"use client";

import { useCallback, useEffect, useState } from "react";

import { api } from "@/app/_lib/api";
import { backoff } from "@/app/_lib/backoff";
import { loaded, type Problem } from "@/app/_lib/problem";

import { type DataExport, msLeft, type Phase, phaseOf } from "./_data-export";

/** setTimeout counts in 32 bits; nothing of ours lasts so long, but what a server says might. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The member's export, which is watched while it is made and until it is gone, and how to ask for one. */
export function useExport(given: DataExport | null) {
  const [known, setKnown] = useState(given);
  const [phase, setPhase] = useState<Phase>(() => phaseOf(given, new Date()));
  const [asked, setAsked] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const learn = useCallback((found: DataExport) => {
    setKnown(found);
    setPhase(phaseOf(found, new Date()));
  }, []);

  useEffect(() => {
    if (phase !== "pending") return;
    const timer = setTimeout(async () => {
      const answer = await loaded(api.GET("/profile/export"));
      // What could not be asked is asked again; it is being made all the same.
      if (answer.ok) learn(answer.data);
      setAsked((times) => times + 1);
    }, backoff(asked));
    return () => clearTimeout(timer);
  }, [phase, asked, learn]);

  useEffect(() => {
    if (known === null || phase !== "ready") return;
    const left = Math.min(LONGEST_TIMER_MS, Math.max(0, msLeft(known, new Date())));
    const timer = setTimeout(() => setPhase(phaseOf(known, new Date())), left);
    return () => clearTimeout(timer);
  }, [known, phase]);

  async function start() {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const answer = await loaded(api.POST("/profile/export", { body: {} }));
    if (answer.ok) learn(answer.data);
    else setProblem(answer.problem);
    setAsked(0);
    setBusy(false);
  }

  return { known, phase, busy, problem, start };
}
