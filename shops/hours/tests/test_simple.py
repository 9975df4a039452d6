"""What curators write is taken at its word, and what is wrong with it is said."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops.hours.simple import HoursError, Wrong, read_simple, write_simple
from shops.hours.week import WEEK_MINUTES, OpenWeek

_SPANS = st.lists(
    st.tuples(st.integers(0, WEEK_MINUTES - 1), st.integers(1, WEEK_MINUTES)).map(lambda it: (it[0], it[0] + it[1])),
    min_size=1,
    max_size=8,
)


@given(_SPANS)
def test_every_week_can_be_written_and_is_read_as_itself(spans: list[tuple[int, int]]) -> None:
    week = OpenWeek.of(spans)
    assert read_simple(write_simple(week)) == week


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00"),
        ("mo-fr 8:00 - 18:00; sa 10:00-02:00", "Mo-Fr 08:00-18:00; Sa 10:00-02:00"),
        ("Mo,We 08:00-12:00,13:00-18:00\nSu 09:00-24:00",
         "Mo 08:00-12:00,13:00-18:00; We 08:00-12:00,13:00-18:00; Su 09:00-24:00"),
        ("Fr-Mo 10:00-20:00; Tu off", "Mo 10:00-20:00; Fr-Su 10:00-20:00"),
        ("24/7", "24/7"),
        ("Mo-Su 00:00-24:00", "24/7"),
        ("週一至週五 ０８：００－１８：００；六、日 10:00-17:00", "Mo-Fr 08:00-18:00; Sa-Su 10:00-17:00"),
        ("星期三 12:00-05:00; 週四休", "We 12:00-05:00"),
        ("Mo 08:00–12:00, 13:00–18:00; Tu 10:00～20:00; 三 10:00到20:00",
         "Mo 08:00-12:00,13:00-18:00; Tu-We 10:00-20:00"),
        ("Su 22:00-03:00; Mo 03:00-04:00", "Su 22:00-04:00"),
    ],
)  # fmt: skip
def test_hours_are_read_in_the_simple_form(text: str, written: str) -> None:
    assert write_simple(read_simple(text)) == written


@pytest.mark.parametrize(
    ("text", "wrong", "piece"),
    [
        ("每天開", Wrong.FORM, "每天開"),
        ("Mo-Fr", Wrong.FORM, "mo-fr"),
        ("08:00-18:00", Wrong.FORM, "08:00-18:00"),
        ("Mo-Xx 08:00-18:00", Wrong.FORM, "xx"),
        ("Mo-We-Fr 08:00-18:00", Wrong.FORM, "mo-we-fr"),
        ("Mo 8-18", Wrong.FORM, "8-18"),
        ("Mo 08:00-18:00 and more", Wrong.FORM, "08:00-18:00 and more"),
        ("Mo 08:00-25:00", Wrong.TIME, "08:00-25:00"),
        ("Mo 08:60-18:00", Wrong.TIME, "08:60-18:00"),
        ("Mo 24:00-18:00", Wrong.TIME, "24:00-18:00"),
        ("Mo-We 08:00-12:00; We 13:00-18:00", Wrong.DAY_TWICE, "We"),
        ("Mo 08:00-12:00,11:00-18:00", Wrong.OVERLAP, ""),
        ("Su 22:00-03:00; Mo 02:00-10:00", Wrong.OVERLAP, ""),
        ("Mo off", Wrong.NEVER_OPEN, ""),
        (" ; ", Wrong.NEVER_OPEN, ""),
    ],
)
def test_what_is_wrong_is_named(text: str, wrong: Wrong, piece: str) -> None:
    with pytest.raises(HoursError) as raised:
        read_simple(text)
    assert (raised.value.wrong, raised.value.piece) == (wrong, piece)


@given(st.text(max_size=200) | st.text(alphabet="moTuwe一 0123456789:-,;至off\n", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(HoursError):
        assert isinstance(read_simple(text), OpenWeek)
