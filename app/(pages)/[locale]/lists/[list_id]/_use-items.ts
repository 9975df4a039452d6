"use client";

import { useRef, useState } from "react";

import { api } from "@/app/_lib/api";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

import { moved } from "./_order";

export type Item = components["schemas"]["ListItem"];
type Removed = { item: Item; place: number; done: Promise<Problem | null> };

/**
 * The cafés of a list. What is done to them is seen at once; what then fails is put back, and `problem` says why.
 */
export function useItems(listId: string, given: readonly Item[]) {
  const [items, setItems] = useState(given);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [removed, setRemoved] = useState<Removed | null>(null);
  const stored = useRef(given);
  const wanted = useRef<readonly Item[] | null>(null);
  const isSaving = useRef(false);
  const path = { list_id: listId };

  const show = (next: readonly Item[]) => {
    setProblem(null);
    setItems(next);
  };

  /** One order after the other; those that were overtaken meanwhile are left out. */
  async function save(next: readonly Item[]) {
    show(next);
    wanted.current = next;
    if (isSaving.current) return;
    isSaving.current = true;
    while (wanted.current) {
      const order: readonly Item[] = wanted.current;
      wanted.current = null;
      const shop_ids = order.map((item) => item.shop_id);
      const answer = await loaded(api.PATCH("/lists/{list_id}", { params: { path }, body: { shop_ids } }));
      if (answer.ok) stored.current = order;
      else {
        wanted.current = null;
        await putBack(answer.problem);
      }
    }
    isSaving.current = false;
  }

  async function putBack(why: Problem) {
    const fresh = why.code === "list_order_mismatch" ? await readAll(listId) : null;
    stored.current = fresh ?? stored.current;
    setItems(stored.current);
    setProblem(why);
  }

  async function remove(item: Item) {
    const place = items.indexOf(item);
    show(items.toSpliced(place, 1));
    const params = { path: { ...path, shop_id: item.shop_id } };
    const done = loaded(api.DELETE("/lists/{list_id}/shops/{shop_id}", { params })).then((answer) =>
      answer.ok || answer.problem.status === 404 ? null : answer.problem,
    );
    setRemoved({ item, place, done });
    const why = await done;
    if (why === null) {
      stored.current = stored.current.filter((other) => other.shop_id !== item.shop_id);
      return;
    }
    setRemoved(null);
    setItems((others) => others.toSpliced(place, 0, item));
    setProblem(why);
  }

  /** Puts the café that was removed last back in its place; true once it is there. */
  async function undo(): Promise<boolean> {
    if (!removed) return false;
    const { item, place, done } = removed;
    if ((await done) !== null) return false;
    const { shop_id, note } = item;
    const answer = await loaded(api.POST("/lists/{list_id}/shops", { params: { path }, body: { shop_id, note } }));
    if (!answer.ok) {
      setProblem(answer.problem);
      return false;
    }
    setRemoved(null);
    const next = items.toSpliced(place, 0, item);
    stored.current = [...stored.current, item];
    await save(next);
    return true;
  }

  async function write(item: Item, note: string): Promise<Problem | null> {
    const params = { path: { ...path, shop_id: item.shop_id } };
    const answer = await loaded(api.PATCH("/lists/{list_id}/shops/{shop_id}", { params, body: { note } }));
    if (!answer.ok) return answer.problem;
    const written = (others: readonly Item[]) =>
      others.map((other) => (other.shop_id === item.shop_id ? { ...other, note } : other));
    setItems(written);
    stored.current = written(stored.current);
    return null;
  }

  const move = (from: number, to: number) => {
    setRemoved(null);
    void save(moved(items, from, to));
  };
  return { items, problem, removed: removed?.item ?? null, move, remove, undo, write };
}

async function readAll(listId: string): Promise<readonly Item[] | null> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = cursor === null ? { limit: 100 } : { limit: 100, cursor };
    const page = await loaded(api.GET("/lists/{list_id}", { params: { path: { list_id: listId }, query } }));
    if (!page.ok) return null;
    items.push(...page.data.items);
    cursor = page.data.next_cursor;
  } while (cursor !== null);
  return items;
}
