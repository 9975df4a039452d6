import type { ReactNode } from "react";

const TONES = {
  info: "border-line bg-sunken text-ink",
  good: "border-leaf bg-leaf-soft text-leaf",
  bad: "border-brick bg-brick-soft text-brick",
} as const;

/** Something to know. What is bad interrupts a screen reader, the rest waits its turn. */
export function Notice({ tone = "info", children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <div role={tone === "bad" ? "alert" : "status"} className={`rounded-2xl border px-4 py-3 ${TONES[tone]}`}>
      {children}
    </div>
  );
}
