import { getTranslations } from "next-intl/server";

import { districtsOf } from "@/app/_components/find/districts-of";
import { type Chip, Chips } from "@/app/_components/find/chips";
import { type Dimensions, Filters } from "@/app/_components/find/filters";
import { namedChips } from "@/app/_components/find/named-chips";
import { NearMe } from "@/app/_components/find/near-me";
import { Empty } from "@/app/_components/empty";
import { Messages } from "@/app/_components/messages";
import { Notice } from "@/app/_components/notice";
import { type Locale, Link } from "@/app/_i18n/routing";
import { districtName, fullAreaName } from "@/app/_lib/area-names";
import { cityName } from "@/app/_lib/cities";
import { labelOf } from "@/app/_lib/labels";
import type { components } from "@/app/_lib/schema";
import { searchHref, searchParams, type SearchQuery } from "@/app/_lib/search-query";
import { Results } from "./_results";
import { hides, ignoredIn, type Part, partsOf } from "./_understood";

type SearchAnswer = components["schemas"]["SearchAnswer"];
type Props = {
  answer: SearchAnswer;
  dimensions: Dimensions;
  query: SearchQuery;
  path: string;
  cursor: string;
  locale: Locale;
};

/** What was understood, what filters, and what was found. */
export async function Answer({ answer, dimensions, query, path, cursor, locale }: Props) {
  const t = await getTranslations("search");
  const { understood } = answer;
  const to = (changed: SearchQuery) => searchHref(path, changed);
  const parts = partsOf(understood, query);
  const chipsOf = (some: readonly Part[]) => Promise.all(some.map((part) => chipOf(part, to, locale)));
  const told = await chipsOf(parts);
  const set = await namedChips(query.filters, dimensions, (filters) => to({ ...query, filters }));
  const ignored = ignoredIn(understood, query).map(
    ({ what, without }): Chip => ({
      key: what, // as of what it ignores: who takes that off stays where they are, and can put it back
      label: t(`understood.ignored.${what}`),
      href: to(without),
      tone: "avoided",
    }),
  );
  const chips = [...told, ...set, ...ignored];
  const hiding = [...(await chipsOf(parts.filter(hides))), ...set];
  const others = understood.leftover.join(locale === "en" ? ", " : "、");
  return (
    <Messages of={["search", "lists"]}>
      <section aria-labelledby="understood" className="mt-4">
        <h2 id="understood" className="mb-2 font-sans text-sm font-semibold text-ink-soft">
          {t("understood.title")}
        </h2>
        <Chips label={t("understood.title")} chips={chips} removeLabel={t("understood.remove")} />
        {chips.length === 0 && <p className="text-ink-soft">{t("understood.nothing")}</p>}
        {chips.length > 0 && others && (
          <p className="mt-2 text-sm text-ink-soft">{t("understood.leftover", { words: others })}</p>
        )}
      </section>
      {understood.needs_place && (
        <div className="mt-4 rounded-2xl border border-line-strong bg-brew-soft p-4">
          <p className="font-semibold">{t("needsPlace.title")}</p>
          <p className="mb-3 text-ink-soft">{t("needsPlace.text")}</p>
          <NearMe path={path} params={searchParams(query)} look="primary" />
        </div>
      )}
      {answer.degraded && (
        <div className="mt-4">
          <Notice>{t("degraded")}</Notice>
        </div>
      )}
      <div className="mt-5 xl:grid xl:grid-cols-[17rem_minmax(0,1fr)] xl:gap-6">
        <Filters
          path={path}
          query={query.filters}
          facets={null}
          dimensions={dimensions}
          districts={districtsOf(query.filters.city, locale)}
          hidden={searchParams(query).filter(([name]) =>
            ["text", "areas", "times", "modes", "near", "bbox", "q"].includes(name),
          )}
          withNameAndOrder={false}
        />
        <section aria-labelledby="found" className="mt-4 min-w-0 xl:mt-0">
          <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
            <h2 id="found" className="text-xl font-bold">
              <span role="status">{t("found", { count: answer.total })}</span>
            </h2>
            {query.filters.near === "" && !understood.needs_place && (
              <NearMe path={path} params={searchParams({ ...query, filters: { ...query.filters, bbox: null } })} />
            )}
          </div>
          {answer.results.length === 0 ? (
            <Empty title={t("empty.title")} action={<Link href="/shops">{t("empty.browse")}</Link>}>
              <p>{t(hiding.length > 0 ? "empty.text" : "empty.none")}</p>
              {hiding.length > 0 && (
                <ul className="mt-3 flex flex-wrap justify-center gap-2">
                  {hiding.map(({ key, label, href }) => (
                    <li key={key}>
                      <Link
                        href={href}
                        prefetch={false}
                        className="inline-flex min-h-11 items-center rounded-full border border-line-strong bg-card px-4 no-underline hover:bg-brew-soft"
                      >
                        {t("empty.loosen", { name: label })}
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
            </Empty>
          ) : (
            <>
              {cursor !== "" && (
                <p className="mb-4">
                  <Link href={to(query)}>{t("directory.first")}</Link>
                </p>
              )}
              <Results
                key={to(query) + cursor}
                first={answer}
                query={query}
                path={path}
                areRanksKnown={cursor === ""}
              />
            </>
          )}
        </section>
      </div>
    </Messages>
  );
}

async function chipOf(part: Part, to: (query: SearchQuery) => string, locale: Locale): Promise<Chip> {
  const t = await getTranslations("search.understood");
  const href = to(part.without);
  switch (part.kind) {
    case "wanted":
      return { key: `+${part.tag.id}`, label: labelOf(part.tag, locale), href };
    case "avoided":
      return { key: `-${part.tag.id}`, label: t("avoid", { name: labelOf(part.tag, locale) }), href, tone: "avoided" };
    case "mode": {
      const mode = await getTranslations("common.mode");
      return { key: "mode", label: t("mode", { name: mode(part.mode) }), href };
    }
    case "time": {
      const time = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-TW", {
        timeZone: "Asia/Taipei",
        weekday: "short",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
      }).format(new Date(part.openAt));
      return { key: "time", label: t("time", { time }), href };
    }
    case "area": {
      const name = placeName(part.areas, locale);
      const key = part.without.ignoresAreas ? "area" : `area ${String(part.excluded)} ${name}`;
      return part.excluded ? { key, label: t("notIn", { name }), href, tone: "avoided" } : { key, label: name, href };
    }
  }
}

/** 大安區, or 台北市大安區或台中市大安區 where cities share the name. */
function placeName(areas: readonly { city: string; district: string }[], locale: Locale): string {
  const short = (area: { city: string; district: string }) =>
    area.district === "" ? cityName(area.city, locale) : districtName(area, locale);
  const names = areas.map((area) => (areas.length === 1 ? short(area) : fullAreaName(area, locale)));
  return new Intl.ListFormat(locale, { type: "disjunction" }).format(names);
}
