import type { components } from "@/app/_lib/schema";

type List = Pick<components["schemas"]["List"], "id" | "name" | "items_total">;

/**
 * A list of the member's, and whether one café is on it.
 *
 * `wish` is what the member sees and changes at once, `stored` what the API is known to have. While a request is on its
 * way the list is `busy`; whoever changes their mind meanwhile is answered after it.
 */
export type KeptList = { id: string; name: string; total: number; stored: boolean; wish: boolean; busy: boolean };

/** A list as it was read; `has` says whether the café is on it. */
export function keptList({ id, name, items_total }: List, has: boolean): KeptList {
  return { id, name, total: items_total, stored: has, wish: has, busy: false };
}

/** `wished` comes from the member, all others from what was asked of the API. */
export type KeptChange =
  | { type: "read"; lists: readonly KeptList[] }
  | { type: "started"; list: KeptList }
  | { type: "wished"; id: string; wish: boolean }
  | { type: "sent"; id: string }
  | { type: "done"; id: string; stored: boolean }
  | { type: "failed"; id: string };

/** What becomes of the lists. After a failure the member sees again what is stored. */
export function keptReducer(lists: readonly KeptList[], change: KeptChange): readonly KeptList[] {
  switch (change.type) {
    case "read":
      return change.lists;
    case "started":
      return [...lists, change.list];
    case "wished":
      return changed(lists, change.id, (list) => ({ ...list, wish: change.wish }));
    case "sent":
      return changed(lists, change.id, (list) => ({ ...list, busy: true }));
    case "done":
      return changed(lists, change.id, (list) => ({
        ...list,
        busy: false,
        stored: change.stored,
        total: list.total + Number(change.stored) - Number(list.stored),
      }));
    case "failed":
      return changed(lists, change.id, (list) => ({ ...list, busy: false, wish: list.stored }));
  }
}

/** Those that a request should be sent for now. */
export function outstanding(lists: readonly KeptList[]): readonly KeptList[] {
  return lists.filter((list) => list.wish !== list.stored && !list.busy);
}

function changed(lists: readonly KeptList[], id: string, change: (list: KeptList) => KeptList): readonly KeptList[] {
  return lists.map((list) => (list.id === id ? change(list) : list));
}
