import { HEAD_BYTES, isAcceptable, kindOf, redrawn, type Refusal, refusalOf, unreadable } from "@/app/_lib/photos/plan";

/** A file as it is sent. */
export type Prepared = { blob: Blob; type: "image/jpeg" | "image/png" | "image/webp" };

/** A file that cannot be sent, whatever is tried. */
export class Unsendable extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal);
  }
}

const QUALITY = 0.86;

/**
 * Looks at a file, and makes it lighter or another kind of picture where that is needed.
 *
 * @throws Unsendable
 */
export async function prepare(file: Blob): Promise<Prepared> {
  // A file may have been moved or taken back since it was chosen, or still be in a cloud.
  const head = await file
    .slice(0, HEAD_BYTES)
    .arrayBuffer()
    .catch(() => null);
  if (head === null || head.byteLength === 0) throw new Unsendable("damaged");
  const kind = kindOf(new Uint8Array(head));
  const refusal = refusalOf(kind);
  if (refusal !== null) throw new Unsendable(refusal);
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) throw new Unsendable(unreadable(kind, file.size));
  try {
    const picture = { kind, bytes: file.size, width: bitmap.width, height: bitmap.height };
    const size = redrawn(picture);
    const drawn = size && (await asJpeg(bitmap, size));
    if (drawn && (drawn.size < file.size || !isAcceptable(picture))) {
      if (!isAcceptable({ kind: "jpeg", bytes: drawn.size, ...size })) throw new Unsendable("too_large");
      return { blob: drawn, type: "image/jpeg" };
    }
    if (kind === "jpeg" || kind === "png" || kind === "webp") return { blob: file, type: `image/${kind}` };
    throw new Unsendable(unreadable(kind, file.size));
  } finally {
    bitmap.close();
  }
}

async function asJpeg(bitmap: ImageBitmap, { width, height }: { width: number; height: number }): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) return null;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
