import { api } from "@/app/_lib/api";
import { loaded, type Loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

import { pause, pauseAfter, TRIES, untilOnline } from "./_waiting";

type CheckIn = components["schemas"]["CheckIn"];

export type CheckInBody = { shop_id: string; upload_ids: string[]; menu_upload_id?: string; note: string };

/** Gives the same request the same key for as long as it stays the same, so that it is done once. */
export function keyring(): (body: CheckInBody) => string {
  const keys = new Map<string, string>();
  return (body) => {
    const said = JSON.stringify(body);
    const key = keys.get(said) ?? crypto.randomUUID();
    keys.set(said, key);
    return key;
  };
}

/** Checks in. Waits while there is no network; asks again, with the same key, where nobody knows what happened. */
export async function postCheckIn(
  body: CheckInBody,
  key: string,
  onWaiting: (offline: boolean) => void,
  signal: AbortSignal,
): Promise<Loaded<CheckIn>> {
  for (let tried = 0; ; tried++) {
    onWaiting(!navigator.onLine);
    await untilOnline(signal);
    onWaiting(false);
    const params = { header: { "Idempotency-Key": key } };
    const answer = await loaded(api.POST("/checkins", { params, body, signal }));
    if (answer.ok) return answer;
    if (wasUsed(answer.problem)) return (await madeBefore(body)) ?? answer;
    if (!mayHaveHappened(answer.problem) || signal.aborted || tried + 1 >= TRIES) return answer;
    if (!navigator.onLine) tried = -1;
    await pause(pauseAfter(tried, answer.problem.retryAfter), signal);
  }
}

function mayHaveHappened({ status }: Problem): boolean {
  return status >= 500;
}

function wasUsed({ code, reasons }: Problem): boolean {
  return code === "upload_not_available" || Object.values(reasons).includes("already_used");
}

/** The answer to an earlier request with another note may have been lost: then its check-in has the photos. */
async function madeBefore(body: CheckInBody): Promise<Loaded<CheckIn> | null> {
  const latest = await loaded(api.GET("/checkins", { params: { query: { limit: 5 } } }));
  if (!latest.ok) return null;
  const wanted = new Set(body.upload_ids);
  const made = latest.data.results.find(({ photos }) => photos.some((photo) => wanted.has(photo.id)));
  return made ? { ok: true, data: made } : null;
}
