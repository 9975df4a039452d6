import { useTranslations } from "next-intl";

import { Skeleton } from "@/app/_components/skeleton";

/** Stands where a page will be; as high as a window, so that what comes moves no footer that is in sight. */
export function PageSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="mx-auto min-h-dvh max-w-3xl px-4 pt-10">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <Skeleton className="h-10 w-2/3" />
      <Skeleton className="mt-6 h-36" />
      <Skeleton className="mt-4 h-36" />
      <Skeleton className="mt-4 h-36" />
    </div>
  );
}
