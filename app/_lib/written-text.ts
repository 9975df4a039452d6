/**
 * What the API takes no text with: control characters, and signs that nobody sees. They come along when people paste.
 * Zero-width joiners stay, as emoji need them.
 */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** A note as it can be sent: lines kept, blanks around it and unseen signs gone. */
export function cleanNote(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(UNSEEN, "")
    .trim();
}

/** A name as it can be sent: one line. */
export function cleanName(text: string): string {
  return cleanNote(text).replace(/\s+/g, " ");
}

/** How long a text is as the API counts: an emoji of one sign is one. */
export function lengthOf(text: string): number {
  return [...text].length;
}
