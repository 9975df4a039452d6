import type { Problem } from "@/app/_lib/problem";

/** Codes that `common.problem` has a sentence for. Pages say those of their own before they come here. */
const KEYS = [
  "backend_down",
  "backend_timeout",
  "sign_in_unreachable",
  "not_authenticated",
  "invalid_token",
  "throttled",
  "limits_unavailable",
  "not_found",
  "invalid_request",
  "provider_unavailable",
  "consent_required",
  "deletion_pending",
  "deactivated",
] as const;

/** How long to wait before asking again, in the largest unit that fits, as the sentences want it; `other`: not said. */
export function waitOf({ retryAfter }: Pick<Problem, "retryAfter">) {
  const seconds = retryAfter ?? 0;
  if (seconds <= 0) return { amount: 0, unit: "other" } as const;
  if (seconds < 100) return { amount: Math.ceil(seconds), unit: "second" } as const;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100
    ? ({ amount: minutes, unit: "minute" } as const)
    : ({ amount: Math.ceil(minutes / 60), unit: "hour" } as const);
}

/** A key of `common.problem`. */
export type ProblemKey = (typeof KEYS)[number] | "unknown";

/** The sentence of `common.problem` that says it best. */
export function problemKey(problem: Pick<Problem, "code">): ProblemKey {
  // To a visitor it is all one who cannot be asked about their sign-in: the page or the API.
  if (problem.code === "tokens_not_verifiable") return "sign_in_unreachable";
  return KEYS.find((key) => key === problem.code) ?? "unknown";
}
