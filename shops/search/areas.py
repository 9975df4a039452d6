"""How people name cities and districts: 「大安區」, 「大安」, "Da'an".

Only areas in which there are cafés become words of the search, so the lists here may name more than there is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from caferoam.text.matching import IGNORED, Term

AREA = "area"
"""Kind of a term that names a city or district; its key is ``Area.key``."""

_ENGLISH: dict[str, dict[str, str]] = {
    "台北市": {
        "": "taipei, taipei city",
        "大安區": "da'an, daan, da-an",
        "信義區": "xinyi, hsinyi",
        "中山區": "zhongshan, chungshan",
        "中正區": "zhongzheng, chungcheng",
        "松山區": "songshan, sungshan",
        "大同區": "datong, tatung",
        "萬華區": "wanhua",
        "士林區": "shilin",
        "北投區": "beitou, peitou",
        "內湖區": "neihu",
        "南港區": "nangang",
        "文山區": "wenshan",
    },
    "新北市": {
        "": "new taipei, new taipei city",
        "板橋區": "banqiao, panchiao",
        "三重區": "sanchong",
        "中和區": "zhonghe",
        "永和區": "yonghe",
        "新莊區": "xinzhuang",
        "新店區": "xindian",
        "土城區": "tucheng",
        "蘆洲區": "luzhou",
        "樹林區": "shulin",
        "鶯歌區": "yingge",
        "三峽區": "sanxia",
        "淡水區": "tamsui, danshui",
        "汐止區": "xizhi",
        "瑞芳區": "ruifang, jiufen",
        "五股區": "wugu",
        "泰山區": "taishan",
        "林口區": "linkou",
        "深坑區": "shenkeng",
        "石碇區": "shiding",
        "坪林區": "pinglin",
        "三芝區": "sanzhi",
        "石門區": "shimen",
        "八里區": "bali district",  # Bali alone is the island, where coffee grows
        "平溪區": "pingxi",
        "雙溪區": "shuangxi",
        "貢寮區": "gongliao",
        "金山區": "jinshan",
        "萬里區": "wanli",
        "烏來區": "wulai",
    },
    "桃園市": {"": "taoyuan"},
    "台中市": {"": "taichung"},
    "台南市": {"": "tainan"},
    "高雄市": {"": "kaohsiung"},
    "基隆市": {"": "keelung"},
    "新竹市": {"": "hsinchu"},
    "新竹縣": {"": "hsinchu county"},
    "嘉義市": {"": "chiayi"},
    "宜蘭縣": {"": "yilan"},
    "花蓮縣": {"": "hualien"},
    "台東縣": {"": "taitung"},
    "屏東縣": {"": "pingtung"},
    "苗栗縣": {"": "miaoli"},
    "彰化縣": {"": "changhua"},
    "南投縣": {"": "nantou"},
    "雲林縣": {"": "yunlin"},
    "澎湖縣": {"": "penghu"},
    "金門縣": {"": "kinmen"},
}
_ALSO_CALLED = {"北投區": ("新北投",), "瑞芳區": ("九份",), "淡水區": ("淡水老街",)}

# Without their 區 or 鄉 these say something else: 清水模 is concrete, 龍井 a tea.
_ORDINARY_WORDS = frozenset(
    {
        *(
            "和平",
            "太平",
            "成功",
            "大樹",
            "水上",
            "清水",
            "龍井",
            "新興",
            "光復",
            "仁愛",
            "安樂",
            "安平",
            "新市",
            "新城",
        ),
        *("大雅", "東山", "花壇", "後壁", "大里", "石門", "自由", "三民"),
    }
)
# A road named after a district is mostly elsewhere.
_ROADS = ("路", "街", "東路", "西路", "南路", "北路", "大道")
_LOOKALIKES = ("舊金山", "大同小異", "文山包種", "永和豆漿")


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A city (``district`` is empty) or a district of it, as the shops' table spells them."""

    city: str
    district: str = ""

    @property
    def key(self) -> str:
        """For a term; read it back with :meth:`of_key`."""
        return f"{self.city}/{self.district}"

    @classmethod
    def of_key(cls, key: str) -> "Area":
        """The area whose ``key`` this is."""
        city, _, district = key.partition("/")
        return cls(city, district)


def area_terms(districts: Iterable[Area]) -> list[Term]:
    """The terms for these districts and their cities. Words that only look like an area come along."""
    known = sorted({*districts, *(Area(area.city) for area in districts)})
    terms = [Term(surface, AREA, area.key) for area in known for surface in _surfaces(area)]
    bare = {term.surface for term in terms if not term.surface.isascii() and term.surface[-1] not in "區鄉鎮市縣"}
    terms += [Term(name + road, IGNORED, name) for name in sorted(bare) for road in _ROADS]
    return [*terms, *(Term(word, IGNORED, word) for word in _LOOKALIKES)]


def _surfaces(area: Area) -> Iterator[str]:
    name = area.district or area.city
    yield name
    bare = name[:-1]
    if len(bare) >= 2 and bare not in _ORDINARY_WORDS:
        yield bare
    yield from _ALSO_CALLED.get(area.district, ())
    for english in filter(None, _ENGLISH.get(area.city, {}).get(area.district, "").split(", ")):
        yield english
        if area.district and not english.endswith("district"):
            yield f"{english} district"


def english_name(city: str, district: str) -> str:
    """``Da'an, Taipei``: the area as signs spell it; what has no English name here stands as it is."""
    names = _ENGLISH.get(city, {})
    spelled = [_spelled(names.get(district, "") or district) if district else "", _spelled(names.get("", "") or city)]
    return ", ".join(filter(None, spelled))


def _spelled(aliases: str) -> str:
    """The first of them, as a name."""
    return " ".join(word.capitalize() for word in aliases.partition(",")[0].split())
