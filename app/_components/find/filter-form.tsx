"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useEffect, useRef, useState, useTransition } from "react";

import { buttonClass } from "@/app/_components/button";
import { getPathname, type Locale, useRouter } from "@/app/_i18n/routing";
import { hrefOf } from "@/app/_lib/shop-query";

type Props = { path: string; locale: Locale; setCount: number; children: ReactNode };

/**
 * A form of filters, folded away on a phone. Without a script it is sent with its button; with one, each choice counts
 * at once, and the address says only what is set.
 */
export function FilterForm({ path, locale, setCount, children }: Props) {
  const t = useTranslations("search.filters");
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [open, setOpen] = useState(false);
  const [isGoing, startGoing] = useTransition();

  // Fields are made anew with what the page says then; who changed one goes on from there.
  const changed = useRef<{ name: string; value: string } | null>(null);
  useEffect(() => {
    if (isGoing || changed.current === null || document.activeElement !== document.body) return;
    const { name, value } = changed.current;
    changed.current = null;
    const fields = [...(form.current?.elements ?? [])].filter((field) => field.getAttribute("name") === name);
    const field = fields.find((one) => one.getAttribute("value") === value) ?? fields[0];
    if (field instanceof HTMLElement) field.focus({ preventScroll: true });
  }, [isGoing]);

  function send(event?: FormEvent<HTMLFormElement>) {
    event?.preventDefault();
    if (!form.current) return;
    const pairs = [...new FormData(form.current)].flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [],
    );
    startGoing(() => router.push(hrefOf(path, pairs), { scroll: false }));
  }
  function change(event: FormEvent<HTMLFormElement>) {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.type === "search") return;
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
      changed.current = { name: field.name, value: field.value };
    }
    if (field instanceof HTMLSelectElement && field.name === "city") {
      const district = form.current?.elements.namedItem("district");
      if (district instanceof HTMLSelectElement) district.value = "";
    }
    send();
  }
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls="filters"
        onClick={() => setOpen(!open)}
        className={buttonClass("quiet", "xl:hidden")}
      >
        {setCount > 0 ? t("openSet", { count: setCount }) : t("open")}
        <span aria-hidden="true">{open ? "▴" : "▾"}</span>
      </button>
      <form
        ref={form}
        id="filters"
        action={getPathname({ href: path, locale })}
        onSubmit={send}
        onChange={change}
        aria-busy={isGoing}
        className={`mt-3 xl:mt-0 xl:block ${open ? "" : "hidden"} ${isGoing ? "opacity-70" : ""}`}
      >
        {children}
      </form>
      <noscript>
        <style>{"#filters{display:block}"}</style>
      </noscript>
    </>
  );
}
