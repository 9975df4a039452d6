"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";

import { Link } from "@/app/_i18n/routing";
import { hasSessionCookie } from "@/app/_lib/session-cookie";

const hasSession = () => hasSessionCookie(document.cookie);
const never = () => () => {};

/** The way in, or to what is the member's own. */
export function AccountLink({ className }: { className: string }) {
  const t = useTranslations("common.nav");
  const signedIn = useSyncExternalStore(never, hasSession, () => false);
  if (!signedIn) {
    return (
      <Link href="/sign-in" className={className}>
        {t("signIn")}
      </Link>
    );
  }
  return (
    <>
      <Link href="/stamps" className={className}>
        {t("stamps")}
      </Link>
      <Link href="/lists" className={className}>
        {t("lists")}
      </Link>
      <Link href="/profile" className={className}>
        {t("profile")}
      </Link>
    </>
  );
}
