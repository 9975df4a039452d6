import type { components } from "@/app/_lib/schema";

type Ticket = components["schemas"]["UploadTicket"];

/** `there`: the storage has the file, from this request or one before. `lost`: no telling, the network was gone. */
export type PutOutcome = "there" | "lost" | "refused";

/** A connection over which nothing has moved for so long is dead, whatever the browser believes. */
const STALLED_MS = 30_000;

/** Brings a file to its place, and tells how far it is (0 to 1). fetch could not tell. */
export function put(
  ticket: Ticket,
  file: Blob,
  onProgress: (progress: number) => void,
  signal: AbortSignal,
): Promise<PutOutcome> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer = setTimeout(() => request.abort(), STALLED_MS);
    const stop = () => request.abort();
    const end = (outcome: PutOutcome) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(outcome);
    };
    request.upload.onprogress = (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), STALLED_MS);
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => end(outcomeOf(request.status, request.responseText));
    request.onerror = request.onabort = request.ontimeout = () => end("lost");
    signal.addEventListener("abort", stop);
    request.open(ticket.method, ticket.upload_url);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.send(file);
  });
}

function outcomeOf(status: number, body: string): PutOutcome {
  if (status >= 200 && status < 300) return "there";
  // A file whose answer was lost on its way back is there when it comes again; Storage says so with status 400 or 409.
  if (/duplicate|already exists/i.test(body)) return "there";
  return status >= 500 || status === 429 || status === 0 ? "lost" : "refused";
}
