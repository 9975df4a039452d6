"use client";

import type { ReactNode } from "react";

import { cardId, useStep } from "@/app/_components/find/step";
import { type Shop, ShopCard } from "@/app/_components/shop-card";

type Props = { shop: Shop; distanceM?: number | null; rank?: number | undefined; children?: ReactNode };

/** A café's card in a list that has a map beside it. */
export function CafeItem({ shop, distanceM, rank, children }: Props) {
  const { active, setActive } = useStep();
  return (
    <li
      id={cardId(shop.id)}
      onMouseEnter={() => setActive(shop.id)}
      onMouseLeave={() => setActive(null)}
      onFocus={() => setActive(shop.id)}
      onBlur={() => setActive(null)}
      className={`relative scroll-mt-24 rounded-cup ring-leaf ${active === shop.id ? "ring-2" : ""}`}
    >
      <ShopCard shop={shop} {...(distanceM === undefined ? {} : { distanceM })}>
        {children}
      </ShopCard>
      {rank !== undefined && (
        <span
          aria-hidden="true"
          className="absolute -top-1.5 -left-1.5 grid size-8 place-items-center rounded-full border-2 border-paper bg-brew text-sm font-bold text-brew-ink"
        >
          {rank}
        </span>
      )}
    </li>
  );
}
