"use client";

import { useLocale, useTranslations } from "next-intl";
import { type MouseEvent, type ReactNode, useState, useSyncExternalStore } from "react";

import { Button, buttonClass, type Look } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { SaveChoices } from "@/app/_components/lists/save-choices";
import { getPathname, Link, usePathname, useRouter } from "@/app/_i18n/routing";
import { withNext } from "@/app/_lib/next-path";
import { hasSessionCookie } from "@/app/_lib/session-cookie";

const never = () => () => {};
const hasSession = () => hasSessionCookie(document.cookie);

type Props = { shopId: string; shopName: string; look?: Look; className?: string };

/**
 * Opens the member's lists, to put a café on them or take it off. Leads a guest to sign in, and back here.
 *
 * Needs the texts of `lists`. On a card that is a link as a whole, give it `relative z-10`.
 */
export function SaveToList({ shopId, shopName, look = "quiet", className = "" }: Props) {
  const t = useTranslations("lists");
  const signedIn = useSyncExternalStore(never, hasSession, () => false);
  const [open, setOpen] = useState(false);
  const [count, setCount] = useState(0);
  const label = (
    <>
      <Bookmark filled={count > 0} />
      <span>{count > 0 ? t("savedIn", { count }) : t("save")}</span>
      <span className="sr-only">{t("saveWhat", { name: shopName })}</span>
    </>
  );
  if (!signedIn) return <GuestLink className={buttonClass(look, className)}>{label}</GuestLink>;
  return (
    <>
      <Button look={look} className={className} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("saveTitle", { name: shopName })}>
        <SaveChoices shopId={shopId} onCount={setCount} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function GuestLink({ className, children }: { className: string; children: ReactNode }) {
  const here = getPathname({ href: usePathname(), locale: useLocale() });
  const router = useRouter();
  // The query is known to the browser alone: pages that are rendered ahead of time have none.
  const withQuery = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    router.push(withNext("/sign-in", here + window.location.search));
  };
  return (
    <Link href={withNext("/sign-in", here)} prefetch={false} onClick={withQuery} className={className}>
      {children}
    </Link>
  );
}

function Bookmark({ filled }: { filled: boolean }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className="size-5 shrink-0">
      <path
        d="M5 2.5h10a1 1 0 0 1 1 1v14l-6-4.2-6 4.2v-14a1 1 0 0 1 1-1z"
        fill={filled ? "currentColor" : "none"}
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
    </svg>
  );
}
