import { getPathname, type Locale } from "@/app/_i18n/routing";
import { siteUrl } from "@/app/_lib/site-url";
import { webAddress } from "@/app/_lib/web-address";

import { summaryOf, type ShopDetail } from "./_shop";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** The café for search engines, in the words of schema.org. */
export function JsonLd({ shop, locale }: { shop: ShopDetail; locale: Locale }) {
  const document = {
    "@context": "https://schema.org",
    "@type": "CafeOrCoffeeShop",
    "@id": new URL(getPathname({ href: `/shops/${shop.id}`, locale: "zh-TW" }), siteUrl()).href,
    name: shop.name,
    url: new URL(getPathname({ href: `/shops/${shop.id}`, locale }), siteUrl()).href,
    description: summaryOf(shop, locale) || undefined,
    image: shop.photos.length > 0 ? shop.photos.map((photo) => photo.url) : undefined,
    telephone: shop.phone || undefined,
    sameAs: webAddress(shop.website)?.href,
    priceRange: shop.price_level === null ? undefined : "$".repeat(Math.max(1, shop.price_level)),
    address: {
      "@type": "PostalAddress",
      addressCountry: "TW",
      addressRegion: shop.city || undefined,
      addressLocality: shop.district || undefined,
      streetAddress: shop.address || undefined,
    },
    geo: { "@type": "GeoCoordinates", latitude: shop.latitude, longitude: shop.longitude },
    openingHoursSpecification: shop.hours?.week.flatMap(({ day, intervals }) =>
      intervals.map(({ opens, closes }) => ({
        "@type": "OpeningHoursSpecification",
        dayOfWeek: `https://schema.org/${DAYS[day - 1]}`,
        opens,
        closes: closes === "24:00" ? "23:59" : closes,
      })),
    ),
    aggregateRating:
      shop.rating === null || shop.rating_count === 0
        ? undefined
        : { "@type": "AggregateRating", ratingValue: shop.rating, ratingCount: shop.rating_count },
  };
  // Names and texts come from outside: no "</script>" of theirs may end ours.
  const safe = JSON.stringify(document).replaceAll("<", "\\u003c");
  // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON in which nothing can end the element
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: safe }} />;
}
