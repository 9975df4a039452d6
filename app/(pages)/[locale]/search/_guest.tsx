import { getLocale, getTranslations } from "next-intl/server";

import { AskBox } from "@/app/_components/ask-box";
import { Button, buttonClass } from "@/app/_components/button";
import { Field } from "@/app/_components/field";
import { getPathname, Link } from "@/app/_i18n/routing";
import { withNext } from "@/app/_lib/next-path";
import { MODES } from "@/app/_lib/shop-query";

/** What a guest sees of a search: their question, the way to its answer, and the ways on without an account. */
export async function Guest({ text, path }: { text: string; path: string }) {
  const [locale, t, mode] = await Promise.all([getLocale(), getTranslations("search"), getTranslations("common.mode")]);
  const here = getPathname({ href: path, locale });
  return (
    <div className="mx-auto max-w-3xl px-4 pt-8 sm:pt-14">
      <div className="rounded-cup border border-line bg-card p-6 shadow-cup sm:p-10">
        <h1>
          <span className="block font-sans text-base font-normal text-ink-soft">{t("guest.title")}</span>{" "}
          <span className="mt-1 block text-2xl font-bold sm:text-4xl">{t("why.quote", { quote: text })}</span>
        </h1>
        <p className="mt-4 max-w-prose text-ink-soft">{t("guest.text")}</p>
        <p className="mt-6 flex flex-wrap gap-3">
          <Link href={withNext("/sign-up", here)} prefetch={false} className={buttonClass("primary")}>
            {t("guest.signUp")}
          </Link>
          <Link href={withNext("/sign-in", here)} prefetch={false} className={buttonClass("quiet")}>
            {t("guest.signIn")}
          </Link>
        </p>
      </div>
      <h2 className="mt-12 text-2xl font-bold">{t("guest.without")}</h2>
      <p className="mt-1 text-ink-soft">{t("guest.withoutText")}</p>
      <div className="mt-5 grid gap-8 sm:grid-cols-2">
        <section aria-labelledby="by-name">
          <h3 id="by-name" className="font-bold">
            {t("guest.byName")}
          </h3>
          <form action={getPathname({ href: "/shops", locale })} className="mt-2 flex items-end gap-2">
            <Field
              id="by-name-q"
              name="q"
              label={t("guest.byNameLabel")}
              maxLength={100}
              type="search"
              required
              className="flex-1"
            />
            <Button type="submit" look="quiet">
              {t("guest.byNameSubmit")}
            </Button>
          </form>
        </section>
        <section aria-labelledby="by-mood">
          <h3 id="by-mood" className="font-bold">
            {t("guest.modes")}
          </h3>
          <ul className="mt-2 flex flex-wrap gap-2">
            {MODES.map((one) => (
              <li key={one}>
                <Link href={{ pathname: "/shops", query: { mode: one } }} className={buttonClass("quiet")}>
                  {mode(one)}
                </Link>
              </li>
            ))}
          </ul>
          <p className="mt-4">
            <Link href="/shops">{t("empty.browse")}</Link>
          </p>
        </section>
      </div>
      <h2 className="mt-12 text-xl font-bold">{t("guest.askAgain")}</h2>
      <AskBox
        locale={locale}
        label={t("ask")}
        placeholder={t("placeholder")}
        submit={t("submit")}
        text={text}
        className="mt-3"
      />
    </div>
  );
}
