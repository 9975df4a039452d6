import { useTranslations } from "next-intl";

import { Skeleton } from "@/app/_components/skeleton";

export default function Loading() {
  const t = useTranslations("common");
  return (
    <div className="mx-auto max-w-5xl px-4 pt-6 sm:pt-10">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <div className="flex gap-5">
        <Skeleton className="size-24 rounded-full sm:size-32" />
        <div className="flex-1">
          <Skeleton className="h-5 w-32" />
          <Skeleton className="mt-2 h-10 w-2/3" />
          <Skeleton className="mt-4 h-20" />
        </div>
      </div>
      <Skeleton className="mt-10 h-72" />
    </div>
  );
}
