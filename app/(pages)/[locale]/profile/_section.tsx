import { type ReactNode, useId } from "react";

/** A part of the profile. */
export function Section({ title, children }: { title: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-6 rounded-cup border border-line bg-card p-5 shadow-cup sm:p-7">
      <h2 id={id} className="mb-4 text-xl font-bold">
        {title}
      </h2>
      <div className="grid gap-6">{children}</div>
    </section>
  );
}
