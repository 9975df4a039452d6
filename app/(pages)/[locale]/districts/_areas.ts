import "server-only";

import { cache } from "react";

import { backend } from "@/app/_lib/backend";
import { type Loaded, loaded } from "@/app/_lib/problem";

import { type City, group } from "./_cities";

/** Every city that has cafés, the one with most of them first, with its districts likewise. */
export const loadAreas = cache(async (): Promise<Loaded<City[]>> => {
  const api = await backend();
  const found = await loaded(api.GET("/shops", { params: { query: { facets: true, limit: 1 } } }));
  if (!found.ok) return found;
  const { facets } = found.data;
  return { ok: true, data: group(facets?.cities ?? [], facets?.districts ?? []) };
});
