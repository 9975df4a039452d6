import { useTranslations } from "next-intl";

import { Skeleton } from "@/app/_components/skeleton";

/** The directory's shape. */
export default function Loading() {
  const t = useTranslations("common");
  return (
    <div className="mx-auto max-w-[96rem] px-4 pt-6">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <Skeleton className="h-10 w-60" />
      <div className="mt-12 grid gap-6 lg:grid-cols-2 xl:grid-cols-[17rem_11fr_10fr]">
        <Skeleton className="hidden h-[40rem] xl:block" />
        <div className="grid content-start gap-4">
          <Skeleton className="h-44" />
          <Skeleton className="h-44" />
          <Skeleton className="h-44" />
        </div>
        <Skeleton className="hidden h-[40rem] lg:block" />
      </div>
    </div>
  );
}
