import type { ComponentProps } from "react";

const LOOKS = {
  primary: "bg-brew text-brew-ink hover:opacity-90",
  quiet: "border border-line-strong bg-card text-ink hover:bg-brew-soft",
  danger: "border border-brick bg-brick-soft text-brick hover:opacity-90",
  plain: "text-ink underline underline-offset-4 hover:bg-sunken",
} as const;

export type Look = keyof typeof LOOKS;

/** The look of a button, for links that are one. */
export function buttonClass(look: Look = "primary", more = ""): string {
  return `inline-flex min-h-11 items-center justify-center gap-2 rounded-full px-5 font-semibold no-underline disabled:opacity-60 aria-disabled:opacity-60 ${LOOKS[look]} ${more}`;
}

/** A button. While `busy` it keeps the focus and takes no second press. */
export function Button({
  look,
  busy,
  className,
  onClick,
  ...rest
}: ComponentProps<"button"> & { look?: Look; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass(look, className)}
    />
  );
}
