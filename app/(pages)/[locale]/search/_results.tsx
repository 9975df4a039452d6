"use client";

import { CafeItem } from "@/app/_components/find/cafe-item";
import { ListAndMap } from "@/app/_components/find/list-and-map";
import { More, usePages } from "@/app/_components/find/more";
import { mapCafe } from "@/app/_components/map/cafes";
import { SaveToList } from "@/app/_components/save-to-list";
import { api } from "@/app/_lib/api";
import { loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { searchApiParams, searchParams, type SearchQuery } from "@/app/_lib/search-query";
import { hrefOf } from "@/app/_lib/shop-query";
import { Why } from "./_why";

type Props = {
  first: components["schemas"]["SearchAnswer"];
  query: SearchQuery;
  path: string;
  /** Whether `first` is the first page: nobody knows how many cafés come before a later one. */
  areRanksKnown: boolean;
};

/** The ranked cafés, page by page, and where they lie. */
export function Results({ first, query, path, areRanksKnown }: Props) {
  const { rows, cursor, ...more } = usePages(first, (next) => {
    const params = new URLSearchParams([...searchApiParams(query), ["cursor", next]]);
    return loaded(
      api.GET("/search", { params: { query: { text: query.text } }, querySerializer: () => params.toString() }),
    );
  });
  const { filters } = query;
  const rankOf = (index: number) => (areRanksKnown ? index + 1 : undefined);
  const anywhere = { ...filters, near: "", bbox: null, city: "", district: "" };
  return (
    <ListAndMap
      cafes={rows.map(({ shop }, index) => mapCafe(shop, rankOf(index)))}
      filters={null}
      bbox={filters.bbox}
      area={{ path, params: searchParams({ ...query, ignoresAreas: true, filters: anywhere }) }}
    >
      <ol className="grid gap-5">
        {rows.map((result, index) => (
          <CafeItem key={result.shop.id} shop={result.shop} distanceM={result.matched.distance_m} rank={rankOf(index)}>
            <Why result={result} />
            <SaveToList
              shopId={result.shop.id}
              shopName={result.shop.name}
              look="plain"
              className="relative z-10 mt-1 -ml-2 px-2! text-sm"
            />
          </CafeItem>
        ))}
      </ol>
      {cursor !== null && (
        <More
          {...more}
          onMore={more.more}
          shown={rows.length}
          href={hrefOf(path, [...searchParams(query), ["cursor", cursor]])}
        />
      )}
    </ListAndMap>
  );
}
