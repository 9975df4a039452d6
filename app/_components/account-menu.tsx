"use client";

import { useRef } from "react";

import { NavLink } from "@/app/_components/nav-link";

type Props = { label: string; places: readonly { path: string; label: string }[] };

/** A button, and the places behind it. The browser opens and closes it, also for the keyboard. */
export function AccountMenu({ label, places }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        aria-label={label}
        className="inline-flex size-11 items-center justify-center rounded-full border border-line bg-card text-brew hover:bg-sunken"
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" className="size-6 fill-none stroke-current stroke-2">
          <circle cx="12" cy="9" r="3.5" />
          <path d="M5 19.500c1.200-3.200 3.800-4.800 7-4.800s5.800 1.600 7 4.800" strokeLinecap="round" />
        </svg>
      </button>
      <div
        ref={menu}
        id="account-menu"
        popover="auto"
        className="fixed inset-auto end-3 top-16 m-0 min-w-48 rounded-2xl border border-line bg-card p-2 text-ink shadow-cup"
      >
        <ul>
          {places.map((place) => (
            <li key={place.path}>
              <NavLink
                href={place.path}
                prefetch={false}
                onClick={() => menu.current?.hidePopover()}
                className="flex min-h-11 items-center rounded-xl px-4 no-underline hover:bg-sunken aria-[current=page]:bg-sunken"
              >
                {place.label}
              </NavLink>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
