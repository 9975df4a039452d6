"""The admin speaks Traditional Chinese everywhere, and no text of it is left behind."""

import gettext

from caferoam.testing.translations import MO_FILE, missing, sources, translations


def test_every_text_of_the_sources_is_in_the_file_and_no_other() -> None:
    assert {message.id for message in sources()} == {message.id for message in translations()}


def test_every_text_is_translated_and_none_by_a_guess() -> None:
    assert missing(translations()) == []


def test_a_translation_fills_in_what_its_text_does() -> None:
    faults = {str(message.id): errors for message in translations() if (errors := list(message.check()))}
    assert faults == {}


def test_the_compiled_file_is_that_of_the_texts() -> None:
    with MO_FILE.open("rb") as mo:
        committed = gettext.GNUTranslations(mo)
    for message in translations():
        if isinstance(message.id, str):
            assert not message.id or committed.gettext(message.id) == message.string
        else:
            one, many = message.id
            assert (committed.ngettext(one, many, 1),) == message.string


def test_a_new_text_would_be_found() -> None:
    ids = {message.id for message in sources()}
    assert "Queue again" in ids, "from a module"
    assert ("Queue %(n)d job again?", "Queue %(n)d jobs again?") in ids, "from a module, with a plural"
    assert "By type" in ids, "from a template"
    assert "until %(until)s" in ids, "from a template, with what it fills in"
