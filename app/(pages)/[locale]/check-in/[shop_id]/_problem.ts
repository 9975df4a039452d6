import type { Problem } from "@/app/_lib/problem";

const OWN = [
  "too_many_pending_uploads",
  "shop_not_found",
  "upload_refused",
  "upload_not_available",
  "idempotency_key_reused",
  "idempotency_conflict",
  "invalid_request",
] as const;

/** The sentence of `checkin.problem` that says it, if there is one. */
export function ownProblem(problem: Pick<Problem, "code">): (typeof OWN)[number] | undefined {
  return OWN.find((code) => code === problem.code);
}
