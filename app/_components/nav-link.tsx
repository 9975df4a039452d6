"use client";

import type { ComponentProps } from "react";

import { Link, usePathname } from "@/app/_i18n/routing";

type Props = Omit<ComponentProps<typeof Link>, "href"> & { href: string };

/** A link in a menu: it says when it leads to the page that is shown, whatever that page's query is. */
export function NavLink({ href, ...props }: Props) {
  return <Link {...props} href={href} aria-current={usePathname() === href ? "page" : undefined} />;
}
