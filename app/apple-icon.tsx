import { ImageResponse } from "next/og";

export const size = { width: 180, height: 180 };
export const contentType = "image/png";

/** Our mark for the home screens of iPhones, which draw no SVG and round the corners themselves. */
export default function AppleIcon() {
  return new ImageResponse(
    <div style={{ width: "100%", height: "100%", display: "flex", background: "#f8f3ea" }}>
      <svg viewBox="0 0 32 32" width="180" height="180" aria-hidden="true">
        <circle cx="15" cy="17" r="10" fill="none" stroke="#7d431a" strokeWidth="2.5" strokeDasharray="54 9" />
        <circle cx="15" cy="17" r="6.2" fill="#7d431a" />
        <path d="M25 10c1.6-1.8 2.6-3.4 2.6-4.6a2.6 2.6 0 0 0-5.200 0c0 1.2 1 2.8 2.6 4.6z" fill="#b0651f" />
      </svg>
    </div>,
    size,
  );
}
