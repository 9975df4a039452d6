"use client";

import { useEffect } from "react";

import { Trouble } from "@/app/_components/trouble";

const SURPRISE = { status: 500, code: "unknown", detail: "", errors: {}, reasons: {}, retryAfter: null } as const;

/** Stands where a page failed in a way that we did not foresee. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => console.error(error), [error]);
  return <Trouble problem={SURPRISE} onRetry={retry} />;
}
