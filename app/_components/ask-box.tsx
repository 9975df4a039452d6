import { getPathname, type Locale } from "@/app/_i18n/routing";

type Props = {
  locale: Locale;
  label: string;
  placeholder: string;
  submit: string;
  text?: string;
  className?: string;
};

/** Where people say what they want. A plain form: it works before any script has loaded. */
export function AskBox(props: Props) {
  return (
    <search className={props.className}>
      <form action={getPathname({ href: "/search", locale: props.locale })}>
        <label htmlFor="ask" className="sr-only">
          {props.label}
        </label>
        <div className="flex items-center gap-2 rounded-full border-2 border-line-strong bg-card p-1.5 ps-5 shadow-cup focus-within:border-brew">
          <input
            key={props.text}
            id="ask"
            name="text"
            type="search"
            required
            maxLength={200}
            defaultValue={props.text}
            placeholder={props.placeholder}
            autoComplete="off"
            enterKeyHint="search"
            className="min-h-11 w-full min-w-0 bg-transparent text-lg outline-none placeholder:text-ink-soft"
          />
          <button
            type="submit"
            className="min-h-11 shrink-0 rounded-full bg-brew px-5 font-semibold text-brew-ink hover:opacity-90"
          >
            {props.submit}
          </button>
        </div>
      </form>
    </search>
  );
}
