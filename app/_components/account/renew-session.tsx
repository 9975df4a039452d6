"use client";

import { useEffect } from "react";

import { renewSession } from "@/app/_lib/auth-actions";

/** Spares those whose session has merely run out from signing in again. Shows nothing. */
export function RenewSession({ next }: { next: string }) {
  useEffect(() => {
    void renewSession().then((isRenewed) => isRenewed && window.location.replace(next));
  }, [next]);
  return null;
}
