import type { Metadata } from "next";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { notFound } from "next/navigation";

import { Messages } from "@/app/_components/messages";
import { Trouble } from "@/app/_components/trouble";
import { Link, type Locale } from "@/app/_i18n/routing";
import { alternates } from "@/app/_lib/alternates";
import { backend } from "@/app/_lib/backend";
import { loaded } from "@/app/_lib/problem";
import { forMember } from "@/app/_lib/session";
import { isUuid } from "@/app/_lib/uuid";

import { Flow } from "./_flow";

type Props = { params: Promise<{ locale: Locale; shop_id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale, shop_id: shopId } = await params;
  const t = await getTranslations({ locale, namespace: "checkin" });
  return {
    title: t("submit"),
    description: t("description"),
    alternates: alternates(`/check-in/${shopId}`, locale),
    robots: { index: false },
  };
}

/** Where a member checks in at a café. */
export default async function CheckInPage({ params }: Props) {
  const { locale, shop_id: shopId } = await params;
  setRequestLocale(locale);
  if (!isUuid(shopId)) notFound();
  const member = await forMember({ path: `/check-in/${shopId}`, locale }, (api) => api.GET("/profile"));
  if (!member.ok) return <Trouble problem={member.problem} />;
  const api = await backend();
  const found = await loaded(api.GET("/shops/{shop_id}", { params: { path: { shop_id: shopId } } }));
  if (!found.ok) return found.problem.status === 404 ? notFound() : <Trouble problem={found.problem} />;
  const shop = found.data;
  const t = await getTranslations("checkin");
  return (
    <div className="mx-auto max-w-2xl px-4 pt-6 sm:pt-10">
      <p className="text-sm">
        <Link href={`/shops/${shop.id}`} className="inline-flex min-h-11 items-center">
          ← {t("back", { name: shop.name })}
        </Link>
      </p>
      <Messages of={["checkin"]}>
        <Flow shopId={shop.id} shopName={shop.name} title={t("title", { name: shop.name })} lead={t("lead")} />
      </Messages>
    </div>
  );
}
