/** A café's own site, or null where what its source says is no address that a browser should follow. */
export function webAddress(text: string): URL | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  try {
    const url = new URL(trimmed);
    return (url.protocol === "https:" || url.protocol === "http:") && url.hostname.includes(".") ? url : null;
  } catch {
    return null;
  }
}
