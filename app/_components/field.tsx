import type { ComponentProps, ReactNode } from "react";

export const INPUT_CLASS =
  "min-h-11 w-full rounded-xl border border-line-strong bg-card px-3.5 py-2 placeholder:text-ink-soft aria-invalid:border-brick";

type FieldProps = Omit<ComponentProps<"input">, "id"> & {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
};

/** A labelled input, with what helps to fill it and what is wrong with it. */
export function Field({ id, label, hint, error, className, ...rest }: FieldProps) {
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-semibold">
        {label}
      </label>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? true : undefined}
        aria-describedby={notesOf(id, hint, error)}
        className={INPUT_CLASS}
      />
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

/** For the `aria-describedby` of an input: the ids of the notes that `FieldNotes` puts below it. */
export function notesOf(id: string, hint: ReactNode, error: ReactNode): string | undefined {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
}

/** What helps to fill the input with this id, and what is wrong with it. */
export function FieldNotes({ id, hint, error }: { id: string; hint?: ReactNode; error?: ReactNode }) {
  return (
    <>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-sm text-ink-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-sm font-semibold text-brick">
          {error}
        </p>
      )}
    </>
  );
}
