"""The admin's texts in other languages, kept in step with the sources: ``make translations``.

It takes every text that is marked for translation in the code and the templates into the ``.po`` file, where a human
translates it, drops those that are gone, and compiles the ``.mo`` file that Django reads. It needs no gettext programs.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = (
    ROOT / "caferoam" / "desk",
    ROOT / "accounts",
    ROOT / "checkins",
    ROOT / "lists",
    ROOT / "digest",
    ROOT / "enrichment",
    ROOT / "shops",
)
PO_FILE: Final = ROOT / "caferoam" / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"
MO_FILE: Final = PO_FILE.with_suffix(".mo")
_FUNCTIONS: Final = dict.fromkeys(("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"))


def sources() -> Catalog:
    """All texts that code and templates of the admin mark for translation, and what the code says of its schedule."""
    found = Catalog()
    for _line, description in settings.JOBS_SCHEDULE.values():
        found.add(description, locations=[("caferoam/settings.py", 0)])
    for path in sorted(path for folder in SOURCES for path in folder.rglob("*")):
        if path.suffix in {".py", ".html"} and not {"tests", "migrations"} & set(path.parts):
            for message in _marked_in(path):
                found.add(message, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def _marked_in(path: Path) -> Iterator[str | tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # Python of a sort; without its indentation the tokenizer takes it.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    for _line, function, message, _comments in extract_python(io.BytesIO(text.encode()), _FUNCTIONS, [], {}):
        given = cast("str | tuple[str, ...] | None", message)  # Babel's types say a list; a variable is None
        texts = [part for part in ((given,) if isinstance(given, str) else given or ()) if part]
        if texts:
            yield (texts[0], texts[1]) if "ngettext" in function else texts[0]


def translations() -> Catalog:
    """What the ``.po`` file says."""
    with PO_FILE.open("rb") as po:
        return read_po(po, locale="zh_Hant")


def compiled(catalog: Catalog) -> bytes:
    """The ``.mo`` file for a catalog."""
    mo = io.BytesIO()
    write_mo(mo, catalog)
    return mo.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Texts that are not translated yet, or only by a guess."""
    return [str(message.id) for message in catalog if message.id and (not all(_strings(message)) or message.fuzzy)]


def _strings(message: object) -> tuple[str, ...]:
    string = getattr(message, "string", "")
    return string if isinstance(string, tuple) else (string,)


def main() -> None:
    """Bring both files up to date and say what is left to translate."""
    catalog, template = translations(), sources()
    template.creation_date = catalog.creation_date  # so that the file changes only with its texts
    catalog.update(template, no_fuzzy_matching=True)
    with PO_FILE.open("wb") as po:
        write_po(po, catalog, width=110, ignore_obsolete=True, include_lineno=False, sort_output=True)
    MO_FILE.write_bytes(compiled(catalog))
    for text in missing(catalog):
        sys.stdout.write(f"not translated: {text}\n")


if __name__ == "__main__":
    main()
