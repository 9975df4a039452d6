import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Button } from "@/app/_components/button";
import { INPUT_CLASS } from "@/app/_components/field";
import { FilterForm } from "@/app/_components/find/filter-form";
import { TagFilters } from "@/app/_components/find/tag-filters";
import { CITIES, cityName } from "@/app/_lib/cities";
import type { components } from "@/app/_lib/schema";
import { MODES, ORDERS, shopChips, type ShopQuery } from "@/app/_lib/shop-query";

export type Facets = components["schemas"]["Facets"];
export type Dimensions = components["schemas"]["Taxonomy"]["dimensions"];

type Props = {
  path: string;
  query: ShopQuery;
  /** How many cafés each choice leaves, where that is known. */
  facets: Facets | null;
  dimensions: Dimensions;
  districts: readonly { district: string; name: string }[];
  /** What else the address says, and keeps saying. */
  hidden: readonly (readonly [string, string])[];
  /** What only some pages filter by. */
  withNameAndOrder: boolean;
};

/** The filters of the directory and of a search: a form that works without a script. */
export function Filters({ path, query, facets, dimensions, districts, hidden, withNameAndOrder }: Props) {
  const t = useTranslations("search.filters");
  const mode = useTranslations("common.mode");
  const locale = useLocale();
  const counted = (name: string, count: number | undefined) => (count === undefined ? name : `${name} (${count})`);
  const countOfCity = new Map(facets?.cities.map(({ city, count }) => [city, count]));
  const countOfDistrict = new Map(facets?.districts.map(({ city, district, count }) => [city + district, count]));
  return (
    <FilterForm path={path} locale={locale} setCount={shopChips(query).length}>
      {hidden.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div className="grid gap-5 rounded-cup border border-line bg-card p-4 sm:grid-cols-2 xl:grid-cols-1">
        {withNameAndOrder && (
          <Labelled id="filter-q" label={t("q")}>
            <input
              id="filter-q"
              name="q"
              type="search"
              key={query.q}
              defaultValue={query.q}
              maxLength={100}
              placeholder={t("qHint")}
              enterKeyHint="search"
              className={INPUT_CLASS}
            />
          </Labelled>
        )}
        <Labelled id="filter-city" label={t("city")}>
          <select id="filter-city" name="city" key={query.city} defaultValue={query.city} className={INPUT_CLASS}>
            <option value="">{t("anyCity")}</option>
            {withChosen(CITIES, query.city).map((city) => (
              <option key={city} value={city}>
                {counted(cityName(city, locale), countOfCity.get(city))}
              </option>
            ))}
          </select>
        </Labelled>
        {(query.city !== "" || query.district !== "") && (
          <Labelled id="filter-district" label={t("district")}>
            <select
              id="filter-district"
              name="district"
              key={query.city + query.district}
              defaultValue={query.district}
              className={INPUT_CLASS}
            >
              <option value="">{t("anyDistrict")}</option>
              {namedDistricts(districts, query.district).map(({ district, name }) => (
                <option key={district} value={district}>
                  {counted(name, countOfDistrict.get(query.city + district))}
                </option>
              ))}
            </select>
          </Labelled>
        )}
        <fieldset>
          <legend className="font-semibold">{t("mode")}</legend>
          <div className="mt-1 flex flex-wrap gap-2">
            {[null, ...MODES].map((one) => (
              <label
                key={one ?? ""}
                className="inline-flex min-h-11 cursor-pointer items-center rounded-full border border-line-strong px-3.5 text-sm has-checked:border-brew has-checked:bg-brew has-checked:text-brew-ink has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring"
              >
                <input
                  type="radio"
                  name="mode"
                  value={one ?? ""}
                  key={query.mode}
                  defaultChecked={query.mode === one}
                  className="sr-only"
                />
                {one === null ? t("anyMode") : counted(mode(one), facets?.modes[one])}
              </label>
            ))}
          </div>
        </fieldset>
        <label className="flex min-h-11 cursor-pointer items-center gap-3 font-semibold">
          <input
            type="checkbox"
            name="open_now"
            value="true"
            key={String(query.openNow)}
            defaultChecked={query.openNow}
            className="size-5 accent-brew"
          />
          {counted(t("openNow"), facets?.open_now)}
        </label>
        {withNameAndOrder && (
          <Labelled id="filter-order" label={t("order")}>
            <select
              id="filter-order"
              name="order"
              key={query.order}
              defaultValue={query.order ?? ""}
              className={INPUT_CLASS}
            >
              <option value="">{t(query.near ? "orders.distance" : "orders.name")}</option>
              {ORDERS.filter((order) => order !== (query.near ? "distance" : "name"))
                .filter((order) => order !== "distance")
                .map((order) => (
                  <option key={order} value={order}>
                    {t(`orders.${order}`)}
                  </option>
                ))}
            </select>
          </Labelled>
        )}
        <TagFilters dimensions={dimensions} chosen={query.tags} counts={facets?.tags ?? null} />
        <Button type="submit" look="quiet" className="sm:col-span-2 xl:col-span-1">
          {facets ? t("show", { count: facets.total }) : t("apply")}
        </Button>
      </div>
    </FilterForm>
  );
}

function Labelled({ id, label, children }: { id: string; label: ReactNode; children: ReactNode }) {
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      {children}
    </div>
  );
}

/** Old links may ask for what we do not know; it is shown, so that it can be taken off. */
function withChosen(all: readonly string[], chosen: string): readonly string[] {
  return chosen === "" || all.includes(chosen) ? all : [...all, chosen];
}

function namedDistricts(districts: Props["districts"], chosen: string): Props["districts"] {
  const isKnown = chosen === "" || districts.some(({ district }) => district === chosen);
  return isKnown ? districts : [...districts, { district: chosen, name: chosen }];
}
