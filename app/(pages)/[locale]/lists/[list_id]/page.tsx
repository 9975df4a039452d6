import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { notFound } from "next/navigation";

import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { Link, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import type { Loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";
import { forMember } from "@/app/_lib/session";
import { isUuid } from "@/app/_lib/uuid";

import { Items } from "./_items";
import { Title } from "./_title";

type Props = { params: Promise<{ locale: Locale; list_id: string }> };
type List = components["schemas"]["List"];

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale, list_id: listId } = await params;
  const t = await getTranslations({ locale, namespace: "lists" });
  const [title, description] = [t("title"), t("description")];
  return { title, description, alternates: alternates(`/lists/${listId}`, locale), robots: { index: false } };
}

/** One list of the member's, with all its cafés. */
export default async function ListPage({ params }: Props) {
  const { locale, list_id: listId } = await params;
  setRequestLocale(locale);
  if (!isUuid(listId)) notFound();
  const t = await getTranslations("lists");
  const found = await wholeList(listId, locale);
  if (!found.ok && found.problem.status === 404) notFound();
  return (
    <div className="mx-auto max-w-3xl px-4 pt-6 sm:pt-10">
      <p className="text-sm">
        <Link href="/lists" className="inline-flex min-h-11 items-center underline">
          ← {t("back")}
        </Link>
      </p>
      {found.ok ? (
        <Messages of={["lists"]}>
          <Title listId={listId} name={found.data.name} count={found.data.items_total} />
          <Items listId={listId} items={found.data.items} />
        </Messages>
      ) : (
        <Trouble problem={found.problem} />
      )}
    </div>
  );
}

/** A list can only be arranged as a whole, so all of it is shown. */
async function wholeList(listId: string, locale: Locale): Promise<Loaded<List>> {
  const page = (cursor?: string) =>
    forMember({ path: `/lists/${listId}`, locale }, (api) =>
      api.GET("/lists/{list_id}", {
        params: { path: { list_id: listId }, query: { limit: 100, ...(cursor === undefined ? {} : { cursor }) } },
      }),
    );
  const first = await page();
  if (!first.ok) return first;
  const items = [...first.data.items];
  for (let cursor = first.data.next_cursor; cursor !== null; ) {
    const more = await page(cursor);
    if (!more.ok) return more;
    items.push(...more.data.items);
    cursor = more.data.next_cursor;
  }
  return { ok: true, data: { ...first.data, items } };
}
