import { useFormatter, useTranslations } from "next-intl";

import { Link } from "@/app/_i18n/routing";
import type { components } from "@/app/_lib/schema";

const PLACES = [
  { path: "/check-ins", count: "check_ins", name: "checkIns" },
  { path: "/stamps", count: "stamps", name: "stamps" },
  { path: "/lists", count: "lists", name: "lists" },
] as const;

/** How much the member has done, and the way to it. */
export function Counts({ counts }: { counts: components["schemas"]["Counts"] }) {
  const t = useTranslations("account.profile");
  const format = useFormatter();
  return (
    <nav aria-label={t("counts")} className="mt-6">
      <ul className="grid grid-cols-3 gap-3">
        {PLACES.map(({ path, count, name }) => (
          <li key={path}>
            <Link
              href={path}
              prefetch={false}
              className="flex flex-col items-center rounded-cup border border-line bg-card px-2 py-4 text-center no-underline shadow-cup hover:border-line-strong hover:bg-brew-soft"
            >
              <span className="font-display text-3xl leading-tight font-bold text-brew">
                {format.number(counts[count])}
              </span>
              <span className="text-sm">{t(name)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
