import type { ReactNode } from "react";

import { Mark } from "@/app/_components/mark";

/** A page or a part of it that has nothing to show yet, and what to do about that. */
export function Empty({ title, children, action }: { title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-12 text-center">
      <Mark className="size-16 text-line-strong" />
      <p className="font-display text-xl font-bold">{title}</p>
      {children && <div className="text-ink-soft">{children}</div>}
      {action}
    </div>
  );
}
