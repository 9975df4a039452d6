import "server-only";

import { readFile } from "node:fs/promises";
import { join } from "node:path";

// Next would take all weights of the font along; next.config.ts names the files of the one that is used.
const FOLDER = join(/* turbopackIgnore: true */ process.cwd(), "node_modules/@fontsource/noto-sans-tc");
const WEIGHT = 700;

type Slice = { file: string; ranges: readonly (readonly [number, number])[] };
type Font = { name: string; data: Buffer; weight: typeof WEIGHT };

let slices: Promise<Slice[]> | undefined;

/** Noto Sans TC, bold: those of its hundred pieces that hold the characters of `text`. */
export async function fontsFor(text: string): Promise<Font[]> {
  slices ??= readFile(join(FOLDER, `${WEIGHT}.css`), "utf8").then(readSlices);
  const points = [...new Set(text)].map((character) => character.codePointAt(0) ?? 0);
  const needed = (await slices).filter((slice) =>
    points.some((point) => slice.ranges.some(([first, last]) => first <= point && point <= last)),
  );
  return Promise.all(
    needed.map(async ({ file }, index) => ({
      // The pieces are fonts of their own: a character that one lacks is looked for in the next.
      name: `Noto Sans TC ${index}`,
      data: await readFile(join(FOLDER, "files", file)),
      weight: WEIGHT,
    })),
  );
}

/** The pieces that a style sheet of Fontsource names, with the code points of each. */
export function readSlices(css: string): Slice[] {
  return [...css.matchAll(/url\(\.\/files\/([\w.-]+\.woff)\)[^}]*?unicode-range:\s*([^;}]+)/g)].map(
    ([, file, ranges]) => ({
      file: file ?? "",
      ranges: (ranges ?? "").split(",").map(readRange),
    }),
  );
}

function readRange(range: string): readonly [number, number] {
  const [first = "", last = first] = range.trim().replace(/^U\+/i, "").split("-");
  return [Number.parseInt(first.replaceAll("?", "0"), 16), Number.parseInt(last.replaceAll("?", "F"), 16)];
}
