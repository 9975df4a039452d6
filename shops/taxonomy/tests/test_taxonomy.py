"""The taxonomy itself: that it covers the product's concepts, and that its words mean what they say."""

import pytest

from caferoam.text.lookalikes import LOOKALIKES
from caferoam.text.matching import Matcher
from caferoam.text.normalize import normalize
from caferoam.text.taxonomy import AVOIDED_TAG, TAG, tag_terms
from shops.taxonomy import file_definitions

DEFINITIONS = file_definitions()
MATCHER = Matcher(tag_terms(DEFINITIONS))

CONCEPTS = {
    "functionality": (
        "wifi outlets laptop_friendly no_time_limit time_limit reservation_needed walk_in outdoor_seating "
        "pets_welcome resident_cat cash_only mobile_payment delivery takeaway meals desserts alcohol "
        "books_to_read rentable_space parking near_mrt minimum_charge merchandise roasts_on_site affordable "
        "many_seats standing_desk"
    ),
    "time": (
        "opens_early brunch afternoon_tea late_night open_evenings weekends_only quiet_weekdays all_day "
        "seasonal_menu rainy_day"
    ),
    "ambience": (
        "quiet cosy lively photogenic industrial japanese_style vintage indie minimalist wooden hidden_gem "
        "alley bookshop gallery good_music soft_light small_space spacious counter_seats creative_park "
        "neighbourhood homelike games healing cocktail_bar"
    ),
    "mode": (
        "deep_work casual_work reading solo date friends small_group meeting tasting dessert_run slow_morning "
        "people_watching tourist_stop family late_night_work chat_with_owner vegan_healthy"
    ),
    "coffee": ("pour_over house_roast espresso cold_brew single_origin specialty_coffee"),
}

TAIPEI = "中正 大同 中山 松山 大安 萬華 信義 士林 北投 內湖 南港 文山"
NEW_TAIPEI = (
    "板橋 三重 中和 永和 新莊 新店 樹林 鶯歌 三峽 淡水 汐止 瑞芳 土城 蘆洲 五股 "
    "泰山 林口 深坑 石碇 坪林 三芝 石門 八里 平溪 雙溪 貢寮 金山 萬里 烏來"
)


def understood(text: str) -> dict[str, str]:
    """Tag id -> "+" where the text wants it, "-" where it avoids it."""
    signs: dict[str, str] = {}
    for match in MATCHER.find(normalize(text), typos=True):
        if match.kind == TAG or (match.kind == AVOIDED_TAG and match.negated):
            signs[match.key] = "-" if match.negated else "+"
    return signs


def reported(text: str) -> dict[str, str]:
    """Tag id -> "+" where a review reports it, "-" where it denies it; nothing where it only asks or wishes."""
    return {
        match.key: "-" if match.negated else "+"
        for match in MATCHER.find(normalize(text), postposed=True)
        if match.asserted
    }


@pytest.mark.parametrize("dimension", CONCEPTS)
def test_every_concept_of_the_product_is_a_tag_of_its_dimension(dimension: str) -> None:
    present = {definition.id for definition in DEFINITIONS if definition.dimension == dimension}
    assert set(CONCEPTS[dimension].split()) - present == set()


def test_every_tag_has_words_in_both_languages() -> None:
    for definition in DEFINITIONS:
        assert any(name.isascii() for name in definition.names), definition.id
        assert sum(not name.isascii() for name in definition.names) >= 2, definition.id


@pytest.mark.parametrize("name", [*TAIPEI.split(), *NEW_TAIPEI.split()])
@pytest.mark.parametrize("suffix", ["", "區"])
def test_no_district_holds_the_name_of_a_tag(name: str, suffix: str) -> None:
    assert MATCHER.find(name + suffix) == []


def test_every_lookalike_shields_an_alias() -> None:
    """One that overlaps no alias any more is dead weight."""
    unshielded = Matcher(term for term in tag_terms(DEFINITIONS) if term.key not in LOOKALIKES)
    padding = "".join(sorted({surface[-1] for term in tag_terms(DEFINITIONS) if (surface := normalize(term.surface))}))
    for word in LOOKALIKES:
        shields = unshielded.find(word) or any(unshielded.find(word + char) for char in padding)
        assert shields, word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有插座可以工作的安靜咖啡廳", "+outlets +casual_work +quiet"),
        ("不限時、可以久坐，手沖好喝的老屋", "+no_time_limit +pour_over +old_house"),
        ("不要限時的店", "-time_limit"),
        ("不要太吵，有WiFi", "-lively +wifi"),
        ("吵", ""),
        ("聚餐但不要酒吧", "+friends -cocktail_bar"),
        ("沒有低消的咖啡廳", "+no_minimum_charge"),
        ("有沒有低消", "+minimum_charge"),
        ("可以帶狗的戶外座位", "+pets_welcome +outdoor_seating"),
        ("有貓的文青小店", "+resident_cat +indie"),
        ("不用訂位、平價、近捷運", "+walk_in +affordable +near_mrt"),
        ("不要太貴的甜點店", "-pricey +dessert_run"),
        ("不接受訂位", "+walk_in"),
        ("只收現金嗎", "+cash_only"),
        ("可以line pay的日式咖啡廳", "+mobile_payment +japanese_style"),
        ("quiet place to work with good wifi, open late", "+quiet +casual_work +wifi +late_night"),
        ("laptop friendly, no time limit, plenty of outlets", "+laptop_friendly +no_time_limit +outlets"),
        ("a cozy cafe without cats", "+cosy -resident_cat"),
        ("not too crowded, good for a date", "-lively +date"),
        ("no bars please, cheap brunch", "-cocktail_bar +affordable +brunch"),
        ("想找 cozy 不吵 有插座 的 cafe 看書", "+cosy +quiet +outlets +reading"),
        ("qiuet with outlts", "+quiet +outlets"),
        ("specilty cofee, pour-over", "+specialty_coffee +pour_over"),
        ("大安區 信義區 中山站", ""),
    ],
)
def test_what_a_visitor_types_is_understood(text: str, expected: str) -> None:
    assert understood(text) == {word[1:]: word[0] for word in expected.split()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("店員非常客氣", ""),
        ("工作人員很親切", ""),
        ("下次有機會再來", ""),
        ("特別安靜，但插座很少", "+quiet -outlets"),
        ("位子不大、有點吵，沒有wifi", "+lively -wifi"),
        ("不會太吵而且不限時", "+quiet +no_time_limit"),
        ("希望有插座", ""),
        ("不知道有沒有限時", ""),
        ("座位不多，空間不大但安靜", "+small_space +quiet"),
        ("沒訂位等了一小時", ""),
        ("大安森林公園旁", ""),
        ("點了昭和布丁跟紅豆奶油吐司", ""),
        ("附近不好停車", "-parking"),
        ("桃園區新開的店", ""),
        ("網路上評價很好", ""),
        ("Outlets are limited and it was noisy", "-outlets +lively"),
        ("The wifi doesn't work", "-wifi"),
    ],
)
def test_what_a_review_reports_is_not_read_into_other_words(text: str, expected: str) -> None:
    assert reported(text) == {word[1:]: word[0] for word in expected.split()}
