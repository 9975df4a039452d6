import { useTranslations } from "next-intl";

import { AccountMenu } from "@/app/_components/account-menu";
import { NavLink } from "@/app/_components/nav-link";

/** What is the member's own. */
const MEMBER_PLACES = [
  { path: "/stamps", name: "stamps" },
  { path: "/lists", name: "lists" },
  { path: "/profile", name: "profile" },
] as const;

/**
 * The way in, or to what is the member's own: side by side where there is room, behind a button on a phone.
 *
 * Both are always there; styles show one, so that nothing jumps once scripts have loaded.
 */
export function AccountLink({ className }: { className: string }) {
  const t = useTranslations("common.nav");
  return (
    <>
      <NavLink href="/sign-in" prefetch={false} className={`${className} member:hidden`}>
        {t("signIn")}
      </NavLink>
      <div className="guest:hidden max-sm:hidden sm:flex">
        {MEMBER_PLACES.map(({ path, name }) => (
          <NavLink key={path} href={path} prefetch={false} className={className}>
            {t(name)}
          </NavLink>
        ))}
      </div>
      <div className="guest:hidden sm:hidden">
        <AccountMenu places={MEMBER_PLACES.map(({ path, name }) => ({ path, label: t(name) }))} label={t("menu")} />
      </div>
    </>
  );
}
