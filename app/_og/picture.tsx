import { ImageResponse } from "next/og";

import { fontsFor } from "./fonts";

/** What link previews of all sites show whole. */
export const SIZE = { width: 1200, height: 630 };

const PAPER = "#f8f3ea";
const INK = "#2a1d13";
const SOFT = "#665240";
const BREW = "#7d431a";
const TITLE_MAX = 34;
/** Drawing takes a moment of a processor, and a café keeps its name for longer than a day. */
const KEPT_S = 86_400;

/** A picture for link previews: what the page is about in large letters, and whose page it is. */
export async function picture({ title, below, name }: { title: string; below: string; name: string }) {
  const points = [...title];
  const shown = points.length > TITLE_MAX ? `${points.slice(0, TITLE_MAX).join("")}…` : title;
  const fonts = await fontsFor(`${shown}${below}${name}`);
  return new ImageResponse(
    <div
      style={{
        width: "100%",
        height: "100%",
        display: "flex",
        flexDirection: "column",
        justifyContent: "space-between",
        padding: 72,
        background: PAPER,
        color: INK,
        fontWeight: 700,
        fontFamily: fonts.map((font) => `"${font.name}"`).join(", "),
      }}
    >
      <div style={{ display: "flex", alignItems: "center", gap: 24, fontSize: 44, color: BREW }}>
        <svg viewBox="0 0 32 32" width="84" height="84" aria-hidden="true">
          <circle cx="15" cy="17" r="12" fill="none" stroke={BREW} strokeWidth="2.5" strokeDasharray="66 10" />
          <circle cx="15" cy="17" r="7.5" fill={BREW} />
          <path d="M26.5 8.5c1.8-2 3-3.8 3-5.2a3 3 0 0 0-6 0c0 1.4 1.2 3.2 3 5.2z" fill="#b0651f" />
        </svg>
        {name}
      </div>
      <div style={{ display: "flex", flexDirection: "column", gap: 20 }}>
        <div style={{ display: "flex", fontSize: points.length > 16 ? 68 : 88, lineHeight: 1.25 }}>{shown}</div>
        <div style={{ display: "flex", fontSize: 36, color: SOFT }}>{below}</div>
      </div>
    </div>,
    { ...SIZE, fonts, headers: { "cache-control": `public, max-age=${KEPT_S}` } },
  );
}
