import type { Problem } from "@/app/_lib/problem";

const WAYS = {
  not_authenticated: "/sign-in",
  invalid_token: "/sign-in",
  consent_required: "/consent",
  deletion_pending: "/restore",
  deactivated: "/deactivated",
} as const;

/** A page, without its language. */
export type WayIn = (typeof WAYS)[keyof typeof WAYS];

/** The page where a visitor can mend what keeps them from a member's things; null where no page can. */
export function wayIn(problem: Pick<Problem, "code">): WayIn | null {
  return Object.hasOwn(WAYS, problem.code) ? WAYS[problem.code as keyof typeof WAYS] : null;
}
