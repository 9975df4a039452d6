import { api } from "@/app/_lib/api";
import { isPassing, loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

import type { PhotoKind, PhotoState } from "./_draft";
import { type Prepared, prepare, Unsendable } from "@/app/_lib/photos/prepare";
import { put } from "@/app/_lib/photos/put";
import { pause, pauseAfter, TRIES, untilOnline } from "./_waiting";

type Ticket = components["schemas"]["UploadTicket"];

type Watch = {
  signal: AbortSignal;
  onPrepared: (prepared: Prepared) => void;
  onState: (state: PhotoState) => void;
};

/**
 * Takes a photo all the way: prepares it, asks for a place, brings it there.
 *
 * Waits while there is no network, and tries what may pass again. How it ends is told to `onState`; once the signal was
 * raised, nothing is told any more.
 */
export async function sendPhoto(file: Blob | Prepared, kind: PhotoKind, watch: Watch): Promise<void> {
  const { signal } = watch;
  const tell = (state: PhotoState) => signal.aborted || watch.onState(state);
  try {
    const prepared = file instanceof Blob ? await prepare(file) : file;
    if (!signal.aborted) watch.onPrepared(prepared);
    tell(await brought(prepared, kind, tell, signal));
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    tell({ step: "failed", failure: { refusal: error.refusal }, canRetry: false });
  }
}

async function brought(
  { blob, type }: Prepared,
  kind: PhotoKind,
  tell: (state: PhotoState) => void,
  signal: AbortSignal,
): Promise<PhotoState> {
  let ticket: Ticket | null = null;
  let refusals = 0;
  for (let tried = 0; tried < TRIES; tried++) {
    tell({ step: "waiting", offline: !navigator.onLine });
    await untilOnline(signal);
    if (signal.aborted) break;
    if (ticket === null) {
      const purpose = kind === "menu" ? "menu_photo" : "checkin_photo";
      const asked = await loaded(api.POST("/uploads", { body: { purpose, content_type: type, bytes: blob.size } }));
      if (!asked.ok) {
        const { problem } = asked;
        if (!isPassing(problem)) return { step: "failed", failure: { problem }, canRetry: true };
        if (problem.status === 429) return { step: "failed", failure: { problem }, canRetry: true };
        await pause(pauseAfter(tried, problem.retryAfter), signal);
        continue;
      }
      ticket = asked.data;
    }
    tell({ step: "sending", progress: 0 });
    const outcome = await put(ticket, blob, (progress) => tell({ step: "sending", progress }), signal);
    if (outcome === "there") return { step: "sent", uploadId: ticket.id };
    if (outcome === "refused") {
      // A place may have run out while the network was gone; a second one is refused for another reason.
      ticket = null;
      if (++refusals > 1) return { step: "failed", failure: { refusal: "missing" }, canRetry: true };
      continue;
    }
    if (!navigator.onLine)
      tried = -1; // what was tried without a network does not count
    else await pause(pauseAfter(tried), signal);
  }
  return { step: "failed", failure: { network: true }, canRetry: true };
}
