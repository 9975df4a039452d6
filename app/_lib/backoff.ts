const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

/** How long to wait before asking again how something stands that was asked for `asked` times already. */
export function backoff(asked: number): number {
  return Math.min(LONGEST_MS, Math.round(FIRST_MS * 1.5 ** asked));
}
