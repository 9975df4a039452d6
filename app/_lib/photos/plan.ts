import type { components } from "@/app/_lib/schema";

/** Why a photo is not taken, as the API says it. */
export type Refusal = components["schemas"]["CodeEnum"];

/** What a file is by its first bytes; its name and what the system calls it may be anything. */
export type FileKind = "jpeg" | "png" | "webp" | "heic" | "avif" | "gif" | "svg" | "html" | "pdf" | "zip" | "unknown";

/** As many of a file's first bytes as `kindOf` wants. */
export const HEAD_BYTES = 256;

const MAX_BYTES = 5 * 1024 * 1024;
const MAX_SIDE = 8_000;
const MAX_PIXELS = 40_000_000;

/** A photo is stored with 2,048 pixels a side; somewhat more than that is sent, so that nothing is lost twice. */
const GOOD_SIDE = 2_560;
/** Below this a photo travels quickly enough as it is. */
const LIGHT_BYTES = 1.5 * 1024 * 1024;

/** Goes by the first `HEAD_BYTES` of a file alone. */
export function kindOf(head: Uint8Array): FileKind {
  const text = String.fromCharCode(...head.slice(0, HEAD_BYTES));
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.slice(4, 8) === "ftyp") return brandOf(text.slice(8, 32));
  if (/^GIF8[79]a/.test(text)) return "gif";
  if (text.startsWith("%PDF-")) return "pdf";
  if (text.startsWith("PK\x03\x04")) return "zip";
  const markup = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(svg|\?xml)/i.test(markup)) return "svg";
  return /^<(!doctype html|html)/i.test(markup) ? "html" : "unknown";
}

function brandOf(brands: string): FileKind {
  if (/avi[fs]/.test(brands)) return "avif";
  return /hei[cxms]|hev[cx]|mif1|msf1/.test(brands) ? "heic" : "unknown";
}

/** Whether there is any hope for such a file: the browser may be able to read what the API does not take. */
export function refusalOf(kind: FileKind): Refusal | null {
  switch (kind) {
    case "jpeg":
    case "png":
    case "webp":
    case "heic":
    case "avif":
      return null;
    default:
      return `type_${kind}`;
  }
}

/** What to say of a file that the browser could not turn into a picture. One that is too heavy may be sound all the same. */
export function unreadable(kind: FileKind, bytes: number): Refusal {
  if (kind === "heic" || kind === "avif") return `type_${kind}`;
  return bytes > MAX_BYTES ? "too_large" : "damaged";
}

/** A photo as the browser has read it; sides in pixels. */
export type Picture = { kind: FileKind; bytes: number; width: number; height: number };

/**
 * The size at which a picture is to be drawn anew before it is sent, or null if it goes as it is.
 *
 * Drawn anew is what the API would not take, and what would only make the way longer. Nothing is ever made larger.
 */
export function redrawn(picture: Picture): { width: number; height: number } | null {
  const longest = Math.max(picture.width, picture.height);
  const isHeavy = longest > GOOD_SIDE && picture.bytes > LIGHT_BYTES;
  if (isAcceptable(picture) && !isHeavy) return null;
  const scale = Math.min(1, GOOD_SIDE / longest);
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(picture.width), height: scaled(picture.height) };
}

/** Whether the API takes it. */
export function isAcceptable({ kind, bytes, width, height }: Picture): boolean {
  const isKnown = kind === "jpeg" || kind === "png" || kind === "webp";
  return isKnown && bytes <= MAX_BYTES && Math.max(width, height) <= MAX_SIDE && width * height <= MAX_PIXELS;
}
