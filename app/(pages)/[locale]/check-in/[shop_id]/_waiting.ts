const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** How often something is tried while the network is said to be there. */
export const TRIES = PAUSES_MS.length + 1;

/** How long to wait after the `tried`th time (from 0), at least as long as the answer asked for. */
export function pauseAfter(tried: number, retryAfterS: number | null = null): number {
  return Math.max(PAUSES_MS[Math.min(tried, PAUSES_MS.length - 1)] ?? 0, (retryAfterS ?? 0) * 1000);
}

/** Waits, or until the network is back if that comes first. Returns at once when the signal is raised. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return until("online", signal, ms);
}

/** Waits until the browser is online. */
export async function untilOnline(signal: AbortSignal): Promise<void> {
  while (!navigator.onLine && !signal.aborted) await until("online", signal);
}

function until(event: string, signal: AbortSignal, ms?: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener(event, end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(end, ms);
    window.addEventListener(event, end);
    signal.addEventListener("abort", end);
  });
}
