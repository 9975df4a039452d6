/** The rings that a cup left on the table, and its steam. Decoration. */
export function Rings({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 420 420" aria-hidden="true" fill="none" className={className}>
      <g stroke="currentColor" strokeLinecap="round">
        <circle cx="215" cy="225" r="150" strokeWidth="16" strokeDasharray="620 24 190 108" opacity=".16" />
        <circle cx="215" cy="225" r="136" strokeWidth="3" strokeDasharray="300 40 420 94" opacity=".3" />
        <circle cx="330" cy="105" r="62" strokeWidth="8" strokeDasharray="230 30 90 40" opacity=".14" />
        <circle cx="215" cy="225" r="104" fill="currentColor" stroke="none" opacity=".07" />
      </g>
      <g stroke="currentColor" strokeWidth="7" strokeLinecap="round" strokeLinejoin="round">
        <path d="M140 205h132v44a66 66 0 0 1-66 66 66 66 0 0 1-66-66z" fill="var(--card)" />
        <path d="M272 221h13a26 26 0 0 1 0 52h-17" />
        <path d="M118 334h176" />
        <path d="M172 180c-14-17 14-27 0-46M206 180c-14-17 14-27 0-46M240 180c-14-17 14-27 0-46" opacity=".55" />
      </g>
      <path
        d="M330 128c15-17 24-30 24-42a24 24 0 0 0-48 0c0 12 9 25 24 42z"
        fill="var(--ring)"
        stroke="var(--paper)"
        strokeWidth="5"
      />
      <circle cx="330" cy="86" r="8" fill="var(--paper)" />
    </svg>
  );
}

const PATHS = {
  work: "M9 12h30v20H9zM4 37h40M19 37l1-5h8l1 5",
  rest: "M10 24v-8a6 6 0 0 1 6-6h16a6 6 0 0 1 6 6v8M6 27a4 4 0 0 1 8 0v3h20v-3a4 4 0 0 1 8 0v9H6zM11 36v4M37 36v4",
  social:
    "M5 22h15v7a7 7 0 0 1-7 7h-1a7 7 0 0 1-7-7zM28 22h15v7a7 7 0 0 1-7 7h-1a7 7 0 0 1-7-7zM12 16c-3-3 3-5 0-8M36 16c-3-3 3-5 0-8M24 14v.1M24 20v.1",
} as const;

/** A small picture of a mood. Decoration. */
export function MoodPicture({ mode, className }: { mode: keyof typeof PATHS; className: string }) {
  return (
    <svg viewBox="0 0 48 48" aria-hidden="true" className={className}>
      <path
        d={PATHS[mode]}
        fill="none"
        stroke="currentColor"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
