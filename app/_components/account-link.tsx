import { useTranslations } from "next-intl";

import { AccountMenu } from "@/app/_components/account-menu";
import { Link } from "@/app/_i18n/routing";

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
      <Link href="/sign-in" prefetch={false} className={`${className} member:hidden`}>
        {t("signIn")}
      </Link>
      <div className="guest:hidden max-sm:hidden sm:flex">
        {MEMBER_PLACES.map(({ path, name }) => (
          <Link key={path} href={path} prefetch={false} className={className}>
            {t(name)}
          </Link>
        ))}
      </div>
      <div className="guest:hidden sm:hidden">
        <AccountMenu places={MEMBER_PLACES.map(({ path, name }) => ({ path, label: t(name) }))} label={t("menu")} />
      </div>
    </>
  );
}
