import type { components } from "@/app/_lib/schema";

/** What stands in a problem document, as far as pages need it. */
export type Problem = Pick<components["schemas"]["Problem"], "status" | "code" | "detail"> & {
  errors: Readonly<Record<string, readonly string[]>>;
  reasons: Readonly<Record<string, string>>;
  /** Seconds to wait before asking again, where the answer said so. */
  retryAfter: number | null;
};

/** What was asked for, or why it is not there. */
export type Loaded<T> = { ok: true; data: T } | { ok: false; problem: Problem };

type Answer<T> = { data?: T; error?: unknown; response: Response };

/**
 * Waits for an answer of openapi-fetch.
 *
 * Never throws for what went wrong on the way: a network that is down is a problem as well (status 503, `backend_down`).
 */
export async function loaded<T>(asked: Promise<Answer<T>>): Promise<Loaded<T>> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    return { ok: false, problem: unreachable(error) };
  }
  if (answer.response.ok) return { ok: true, data: answer.data as T };
  return { ok: false, problem: problemOf(answer.error, answer.response) };
}

/** What refuses without a word of ours stands between us and the API: a host's proxy while the API is replaced, say. */
const BY_STATUS: Readonly<Record<number, string>> = {
  429: "throttled",
  502: "backend_down",
  503: "backend_down",
  504: "backend_timeout",
};

/** Reads the body of a refusal. One that is no problem document is known by its status alone. */
export function problemOf(body: unknown, response: Response): Problem {
  const said: Partial<Problem> = isRecord(body) ? body : {};
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    status: response.status,
    code: typeof said.code === "string" ? said.code : (BY_STATUS[response.status] ?? "unknown"),
    detail: typeof said.detail === "string" ? said.detail : "",
    errors: isRecord(said.errors) ? said.errors : {},
    reasons: isRecord(said.reasons) ? said.reasons : {},
    retryAfter: Number.isFinite(wait) ? wait : null,
  };
}

function isRecord(value: unknown): value is Record<string, never> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What does not exist, known without asking. */
export const NOT_FOUND: Problem = problemOf({ code: "not_found" }, new Response(null, { status: 404 }));

/** Whether time alone may mend it. */
export function isPassing(problem: Problem): boolean {
  return problem.status >= 500 || problem.status === 429;
}

function unreachable(error: unknown): Problem {
  const late = error instanceof DOMException && error.name === "TimeoutError";
  return {
    status: late ? 504 : 503,
    code: late ? "backend_timeout" : "backend_down",
    detail: "",
    errors: {},
    reasons: {},
    retryAfter: null,
  };
}
