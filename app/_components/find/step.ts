"use client";

import { createContext, useContext } from "react";

/** Keeps a list and its map in step: which café is pointed at in either. */
export type Step = { active: string | null; setActive: (id: string | null) => void };

export const StepContext = createContext<Step>({ active: null, setActive: () => {} });

export function useStep(): Step {
  return useContext(StepContext);
}

/** The id of a café's card on the page. */
export function cardId(shopId: string): string {
  return `cafe-${shopId}`;
}
