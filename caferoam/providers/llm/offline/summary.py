"""Two or three sentences about a shop, in our own words.

They are built from the tags and the place alone. Reviews are other people's words: a sentence taken from them could be
an insult, a private name or an advertisement, and would stand on the shop's page as ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from caferoam.providers.llm.protocol import Facts
from caferoam.text.taxonomy import TagDefinition

_MOST: Final = 4
"""Labels in one list."""

_CITIES: Final = {
    "台北市": "Taipei", "新北市": "New Taipei", "基隆市": "Keelung", "桃園市": "Taoyuan", "新竹市": "Hsinchu City",
    "新竹縣": "Hsinchu County", "苗栗縣": "Miaoli", "台中市": "Taichung", "彰化縣": "Changhua", "南投縣": "Nantou",
    "雲林縣": "Yunlin", "嘉義市": "Chiayi City", "嘉義縣": "Chiayi County", "台南市": "Tainan", "高雄市": "Kaohsiung",
    "屏東縣": "Pingtung", "宜蘭縣": "Yilan", "花蓮縣": "Hualien", "台東縣": "Taitung", "澎湖縣": "Penghu",
    "金門縣": "Kinmen", "連江縣": "Lienchiang",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence about the tags of some dimensions."""

    dimensions: tuple[str, ...]
    zh: str
    en: str


_FEELS: Final = _Part(("ambience",), "給人的印象：{}。", "Known for: {}.")
_OFFERS: Final = _Part(("functionality", "coffee", "time"), "店裡的特色與服務：{}。", "On offer, and good to know: {}.")
_SUITS: Final = _Part(("mode",), "適合的時光：{}。", "Good for: {}.")


def summaries(facts: Facts, tags: Mapping[str, float], definitions: Mapping[str, TagDefinition]) -> tuple[str, str]:
    """The summary in Traditional Chinese of Taiwan and in English; ``tags`` come surest first."""
    where_zh, where_en = _place(facts)
    zh, en = [], []
    for part in (_FEELS, _OFFERS, _SUITS):
        named = [definitions[tag_id] for tag_id in tags if definitions[tag_id].dimension in part.dimensions][:_MOST]
        if named:
            zh.append(part.zh.format("、".join(tag.label_zh.removeprefix("適合") for tag in named)))
            en.append(part.en.format(", ".join(_in_a_sentence(tag.label) for tag in named)))
    if not zh:
        return f"{where_zh}，目前還沒有足夠的資料描述它的特色。", f"{where_en}. Little is known about it yet."
    return f"{where_zh}，{''.join(zh)}", f"{where_en}. {' '.join(en)}"


def _place(facts: Facts) -> tuple[str, str]:
    """Only what is a known place is repeated: these fields, too, come from outside."""
    city = _CITIES.get(facts.city)
    if city is None:
        return "一間咖啡廳", "A café"
    is_district = len(facts.district) <= 4 and facts.district[-1:] in {"區", "市", "鎮", "鄉"}
    district = facts.district if is_district else ""
    suffix = f" ({district})" if district else ""
    return f"位於{facts.city}{district}的咖啡廳", f"A café in {city}{suffix}"


def _in_a_sentence(label: str) -> str:
    """A label begins with a capital, which only abbreviations and names keep: Wi-Fi, MRT, Japanese."""
    first = label.split(maxsplit=1)[0]
    keeps = any(char.isupper() for char in first[1:]) or first in {"Japanese", "European"}
    return label if keeps else label[:1].lower() + label[1:]
