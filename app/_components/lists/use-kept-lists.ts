"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { api } from "@/app/_lib/api";
import { type KeptList, keptList, keptReducer, outstanding } from "@/app/_lib/kept-lists";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

type List = components["schemas"]["List"];

/** What was done, or was not, for a screen reader and for eyes. */
export type KeptNews = { list: KeptList; done: true } | { list: KeptList; done: false; problem: Problem };

/** The member's lists with respect to one café; read at once, and kept in step with what is wished. */
export function useKeptLists(shopId: string) {
  const [cap, setCap] = useState<number | null>(null);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const [news, setNews] = useState<KeptNews | null>(null);
  const [lists, dispatch] = useReducer(keptReducer, []);

  const readings = useRef(0);
  const read = useCallback(async () => {
    const reading = ++readings.current;
    setTrouble(null);
    const answer = await loaded(api.GET("/lists"));
    // What comes late would undo what was ticked since.
    if (reading !== readings.current) return;
    if (!answer.ok) return setTrouble(answer.problem);
    const kept = await Promise.all(answer.data.results.map(async (list) => keptList(list, await isOn(list, shopId))));
    if (reading !== readings.current) return;
    dispatch({ type: "read", lists: kept });
    setCap(answer.data.cap);
  }, [shopId]);

  useEffect(() => void read(), [read]);

  useEffect(() => {
    const carryOut = async (list: KeptList) => {
      dispatch({ type: "sent", id: list.id });
      const problem = await store(list, shopId);
      dispatch(problem ? { type: "failed", id: list.id } : { type: "done", id: list.id, stored: list.wish });
      setNews(problem ? { list, done: false, problem } : { list, done: true });
    };
    for (const list of outstanding(lists)) void carryOut(list);
  }, [lists, shopId]);

  const wish = (id: string, wanted: boolean) => {
    setNews(null);
    dispatch({ type: "wished", id, wish: wanted });
  };
  /** A list that was made just now, with the café to be put on it. */
  const start = (made: List) => dispatch({ type: "started", list: { ...keptList(made, false), wish: true } });
  return { lists, cap, trouble, news, read, wish, start };
}

async function store(list: KeptList, shopId: string): Promise<Problem | null> {
  const path = { list_id: list.id };
  if (list.wish) {
    const added = await loaded(api.POST("/lists/{list_id}/shops", { params: { path }, body: { shop_id: shopId } }));
    return added.ok ? null : added.problem;
  }
  const taken = await loaded(
    api.DELETE("/lists/{list_id}/shops/{shop_id}", { params: { path: { ...path, shop_id: shopId } } }),
  );
  // Whoever finds that it is off the list already has what they wanted.
  return taken.ok || taken.problem.status === 404 ? null : taken.problem;
}

/** The API shows the first hundred cafés of each list; what is on a longer one has to be asked for. */
async function isOn(list: List, shopId: string): Promise<boolean> {
  let page = list;
  for (;;) {
    if (page.items.some((item) => item.shop_id === shopId)) return true;
    if (page.next_cursor === null) return false;
    const query = { cursor: page.next_cursor, limit: 100 };
    const more = await loaded(api.GET("/lists/{list_id}", { params: { path: { list_id: list.id }, query } }));
    if (!more.ok) return false;
    page = more.data;
  }
}
