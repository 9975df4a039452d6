import type { ReactNode } from "react";

import { Mark } from "@/app/_components/mark";

/** A page that asks one thing: its heading, and what to do. */
export function AccountCard({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-md px-4 pt-8 sm:pt-14">
      <div className="relative overflow-hidden rounded-cup border border-line bg-card px-5 py-7 shadow-cup sm:px-8">
        <Mark className="absolute -end-8 -top-8 size-32 text-brew-soft" />
        <h1 className="relative pe-16 text-2xl font-bold">{title}</h1>
        {lead && <div className="relative mt-2 pe-16 text-ink-soft">{lead}</div>}
        <div className="relative mt-6">{children}</div>
      </div>
    </div>
  );
}
