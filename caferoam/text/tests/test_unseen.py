"""The class of unseen characters means the same to Python and to Postgres."""

import re

import pytest
from django.db import connection

from caferoam.text.unseen import SEEN, UNSEEN, UNSEEN_IN_A_LINE

TRIED = [*range(1, 0xD800), *range(0xE000, 0x10000), *range(0x1F300, 0x1F700), *range(0xE0000, 0xE0200), 0x10FFFF]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", [UNSEEN, UNSEEN_IN_A_LINE, SEEN])
def test_python_and_postgres_find_the_same_characters(pattern: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM unnest(%s::int[]) AS code WHERE chr(code) ~ %s", [TRIED, pattern])
        found = {code for (code,) in cursor.fetchall()}
    assert found == {code for code in TRIED if re.search(pattern, chr(code))}
    assert found


def test_what_python_takes_for_a_blank_is_not_seen() -> None:
    assert not [code for code in TRIED if chr(code).isspace() and re.search(SEEN, chr(code))]
