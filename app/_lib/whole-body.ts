import "server-only";

/** One byte more than the API takes, by which it knows a body that is too long. */
const KEPT_BYTES = 1024 * 1024 + 1;

/**
 * The body of a request, once all of it is here; null where there is none. Of one that is too long for the API only as
 * much as the API needs to refuse it.
 *
 * Throws when the visitor leaves on the way.
 */
export async function wholeBody(request: Request): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = request.body?.getReader();
  if (reader === undefined) return null;
  const chunks: Uint8Array[] = [];
  let kept = 0;
  // Also what is not kept is read: a browser hears no answer before it has sent everything.
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const wanted = part.value.subarray(0, KEPT_BYTES - kept);
    if (wanted.length > 0) chunks.push(wanted);
    kept += wanted.length;
  }
  return kept === 0 ? null : Buffer.concat(chunks);
}
