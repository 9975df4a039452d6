"use client";

import { useTranslations } from "next-intl";

import { Field } from "@/app/_components/field";
import type { CredentialFault } from "@/app/_lib/credentials";

/** Asks for the address of an account, by the name that password managers know. Needs the texts of `account`. */
export function EmailField({ fault, given }: { fault: CredentialFault | null | undefined; given?: string }) {
  const t = useTranslations("account");
  return (
    <Field
      id="email"
      name="email"
      type="email"
      required
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      inputMode="email"
      defaultValue={given}
      label={t("email")}
      error={fault && t(`fault.${fault}`)}
    />
  );
}
