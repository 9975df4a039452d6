import type { ReactNode } from "react";

import { Link } from "@/app/_i18n/routing";

/** Something that is set, and how to take it off: `href` is the page without it. */
export type Chip = { key: string; label: string; href: string; tone?: "wanted" | "avoided" };

type Props = { label: string; chips: readonly Chip[]; removeLabel: string; children?: ReactNode };

/** What is set, each with a way to take it off. */
export function Chips({ label, chips, removeLabel, children }: Props) {
  if (chips.length === 0 && !children) return null;
  return (
    <ul aria-label={label} className="flex flex-wrap items-center gap-2">
      {chips.map((chip) => (
        <li key={chip.key}>
          <Link
            href={chip.href}
            prefetch={false}
            scroll={false}
            className={`inline-flex min-h-9 items-center gap-1.5 rounded-full px-3 text-sm no-underline hover:line-through ${TONES[chip.tone ?? "wanted"]}`}
          >
            <span>{chip.label}</span>
            <span className="sr-only">{removeLabel}</span>
            <span aria-hidden="true" className="text-lg leading-none">
              ×
            </span>
          </Link>
        </li>
      ))}
      {children && <li>{children}</li>}
    </ul>
  );
}

const TONES = { wanted: "bg-leaf-soft text-leaf", avoided: "bg-brick-soft text-brick" } as const;
