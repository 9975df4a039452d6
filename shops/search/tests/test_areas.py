"""What areas are called in English."""

import pytest

from shops.search.areas import english_name


@pytest.mark.parametrize(
    ("city", "district", "name"),
    [
        ("台北市", "大安區", "Da'an, Taipei"),
        ("新北市", "八里區", "Bali District, New Taipei"),
        ("台南市", "中西區", "中西區, Tainan"),
        ("桃園市", "", "Taoyuan"),
        ("連江縣", "南竿鄉", "南竿鄉, 連江縣"),
        ("", "", ""),
    ],
)
def test_an_area_is_spelled_as_on_signs_or_stands_as_it_is(city: str, district: str, name: str) -> None:
    assert english_name(city, district) == name
