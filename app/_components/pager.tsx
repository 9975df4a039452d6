import { Link } from "@/app/_i18n/routing";

const LINK = "inline-flex min-h-11 items-center underline";

type Props = { path: string; next: string | null; isFirst: boolean; older: string; newest: string; label: string };

/** Ways to the older part of what comes in pages, and back. Links: they work without a script. */
export function Pager({ path, next, isFirst, older, newest, label }: Props) {
  if (next === null && isFirst) return null;
  return (
    <nav aria-label={label} className="mt-8 flex justify-between gap-4">
      {isFirst ? (
        <span />
      ) : (
        <Link href={path} className={LINK}>
          ← {newest}
        </Link>
      )}
      {next !== null && (
        <Link href={{ pathname: path, query: { cursor: next } }} rel="next" className={LINK}>
          {older} →
        </Link>
      )}
    </nav>
  );
}
