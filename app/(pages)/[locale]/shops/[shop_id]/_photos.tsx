import { useTranslations } from "next-intl";

import type { components } from "@/app/_lib/schema";

const HEIGHT = 280;

/** A strip of pictures to push through. Nothing where there are none. */
export function Photos({ photos, name }: { photos: readonly components["schemas"]["ShopPhoto"][]; name: string }) {
  const t = useTranslations("shop.photos");
  if (photos.length === 0) return null;
  return (
    <section aria-label={t("title")} className="mt-8">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be focusable, so that arrow keys can push it */}
      <ul tabIndex={0} className="flex snap-x gap-3 overflow-x-auto pb-2">
        {photos.map((photo, index) => (
          <li key={photo.url} className="shrink-0 snap-start">
            <img
              src={photo.url}
              alt={t("alt", { name, number: index + 1 })}
              width={Math.round((photo.width / photo.height) * HEIGHT)}
              height={HEIGHT}
              loading={index < 2 ? "eager" : "lazy"}
              decoding="async"
              className="h-[220px] w-auto rounded-2xl bg-sunken object-cover sm:h-[280px]"
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
