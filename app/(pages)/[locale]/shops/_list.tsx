"use client";

import { CafeItem } from "@/app/_components/find/cafe-item";
import { ListAndMap } from "@/app/_components/find/list-and-map";
import { More, usePages } from "@/app/_components/find/more";
import { mapCafe } from "@/app/_components/map/cafes";
import { api } from "@/app/_lib/api";
import { loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { apiParams, hrefOf, shopParams, type ShopQuery } from "@/app/_lib/shop-query";

type Props = { first: components["schemas"]["ShopPage"]; query: ShopQuery; path: string };

/** The directory's cafés, page by page, and the map with all of them. */
export function DirectoryList({ first, query, path }: Props) {
  const { rows, cursor, ...more } = usePages(first, (next) => {
    const params = new URLSearchParams([...apiParams(query), ["cursor", next]]);
    return loaded(api.GET("/shops", { querySerializer: () => params.toString() }));
  });
  const anywhere = { ...query, near: "", bbox: null, city: "", district: "", order: null };
  return (
    <ListAndMap
      cafes={rows.map((shop) => mapCafe(shop))}
      filters={apiParams({ ...query, bbox: null, order: null })}
      bbox={query.bbox}
      area={{ path, params: shopParams(anywhere) }}
    >
      <ol className="grid gap-4">
        {rows.map((shop) => (
          <CafeItem key={shop.id} shop={shop} distanceM={shop.distance_m} />
        ))}
      </ol>
      {cursor !== null && (
        <More
          {...more}
          onMore={more.more}
          shown={rows.length}
          href={hrefOf(path, [...shopParams(query), ["cursor", cursor]])}
        />
      )}
    </ListAndMap>
  );
}
