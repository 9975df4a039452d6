import "@/app/globals.css";

import type { Metadata, Viewport } from "next";
import { hasLocale } from "next-intl";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { notFound } from "next/navigation";
import { connection } from "next/server";
import type { ReactNode } from "react";

import { FirstPaint } from "@/app/_components/first-paint";
import { Footer } from "@/app/_components/footer";
import { Header } from "@/app/_components/header";
import { Messages } from "@/app/_components/messages";
import { OfflineBanner } from "@/app/_components/offline-banner";
import { routing } from "@/app/_i18n/routing";
import { FIRST_PAINT_SCRIPT } from "@/app/_lib/first-paint";
import { siteUrl } from "@/app/_lib/site-url";

type Props = { children: ReactNode; params: Promise<{ locale: string }> };

export function generateStaticParams() {
  return routing.locales.map((locale) => ({ locale }));
}

export async function generateMetadata({ params }: Omit<Props, "children">): Promise<Metadata> {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) return {};
  // The site's address is known where it runs, not where it is built: no page may be rendered ahead of time.
  await connection();
  const t = await getTranslations({ locale, namespace: "common" });
  return {
    metadataBase: siteUrl(),
    title: { default: `${t("name")} · ${t("tagline")}`, template: `%s · ${t("name")}` },
    description: t("tagline"),
    openGraph: { siteName: t("name"), locale: locale === "en" ? "en_US" : "zh_TW", type: "website" },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f8f3ea" },
    { media: "(prefers-color-scheme: dark)", color: "#17120e" },
  ],
};

export default async function LocaleLayout({ children, params }: Props) {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) notFound();
  setRequestLocale(locale);
  const t = await getTranslations({ locale, namespace: "common" });
  return (
    <html lang={locale === "en" ? "en" : "zh-Hant-TW"} suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours that must run before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: FIRST_PAINT_SCRIPT }} />
      </head>
      <body className="flex min-h-dvh flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-brew focus:px-4 focus:py-2 focus:text-brew-ink"
        >
          {t("skip")}
        </a>
        <FirstPaint />
        <Messages of={[]}>
          <Header />
          <OfflineBanner />
          <main id="content" tabIndex={-1} className="flex-1 outline-none">
            {children}
          </main>
          <Footer />
        </Messages>
      </body>
    </html>
  );
}
