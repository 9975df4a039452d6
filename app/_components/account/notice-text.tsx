import type { components } from "@/app/_lib/schema";

type Section = components["schemas"]["ConsentSection"];

type Props = { sections: readonly Section[]; headings?: "h2" | "h3" };

/** What members are told about their data, section by section. */
export function NoticeText({ sections, headings: Heading = "h2" }: Props) {
  return (
    <div className="mt-8 divide-y divide-line overflow-hidden rounded-cup border border-line bg-card shadow-cup">
      {sections.map(({ id, heading, text, items }) => (
        <section key={id} className="gap-6 px-5 py-5 sm:grid sm:grid-cols-[10rem_1fr] sm:px-7">
          <Heading className="text-lg font-bold">{heading}</Heading>
          <div className="mt-1 sm:mt-0">
            <p>{text}</p>
            {items.length > 0 && (
              <dl className="mt-3 grid gap-3">
                {items.map((item) => (
                  <div key={item.id} className="rounded-xl bg-sunken px-4 py-3">
                    <dt className="font-semibold">{item.name}</dt>
                    <dd className="text-ink-soft">{item.text}</dd>
                  </div>
                ))}
              </dl>
            )}
          </div>
        </section>
      ))}
    </div>
  );
}
