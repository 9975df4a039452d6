import pytest
from django.db import connection

from caferoam.database.checks import check_character_type

pytestmark = pytest.mark.django_db


def test_a_utf8_character_type_passes() -> None:
    assert check_character_type(databases=["default"]) == []


def test_character_type_c_is_refused(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS ctype_c")
        cursor.execute("CREATE DATABASE ctype_c TEMPLATE template0 LC_CTYPE 'C' LC_COLLATE 'C'")
    try:
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", "ctype_c")
        (message,) = check_character_type(databases=["default"])
    finally:
        connection.close()
        monkeypatch.undo()
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE ctype_c")
    assert message.id == "caferoam.E001"
    assert "LC_ALL=C.UTF-8" in (message.hint or "")


def test_without_databases_nothing_is_asked() -> None:
    assert check_character_type() == []
