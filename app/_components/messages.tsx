import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";

import type { Namespace } from "@/app/_i18n/namespaces";

/** Gives the client components within the texts of these namespaces, and no others: they travel with every page. */
export async function Messages({ of, children }: { of: readonly Namespace[]; children: ReactNode }) {
  const all = await getMessages();
  const some = Object.fromEntries((["common", ...of] as const).map((name) => [name, all[name]]));
  return <NextIntlClientProvider messages={some}>{children}</NextIntlClientProvider>;
}
