"""Whether a café's reviews speak of what was voted on at all.

Who tags by evidence cannot know what nobody wrote. So of all cafés where a tag is right, only those whose reviews
speak of it can be found: that share is the most that recall can be. The words are a wide net, wider than any tagger's:
網路 counts as Wi-Fi even where it means the web, and any number of hours as a limit. The bound is generous therefore.
"""

import re
from collections.abc import Iterable
from typing import Final

from caferoam.text.normalize import normalize

_WORDS: Final = {
    "socket": r"插座|插頭|插電|插孔|充電|電源|供電|用電|延長線|usb|outlet|socket|plug|charg",
    "limited_time": (
        r"限時|時限|限制|限\s?\d|[\d一二兩三四半]\s?個?(?:小時|鐘頭|分鐘|hr)|久坐|久待|久留|趕人|趕客|催"
        r"|整天|一天|半天|下午|time limit|hours?\b|all day|stay"
    ),
    "wifi": r"wi-?\s?fi|wlan|網路|網速|上網|連網|無線|訊號|收訊|internet|wireless",
    "quiet": (
        r"靜|幽|吵|喧|嘈|噪|鬧|囂|音量|[大小輕]聲|聲音|人[很太超好]?[多少潮]|quiet|calm|peace|silen|serene|tranquil|nois"
        r"|loud|crowd|lively|bustl|busy"
    ),
}
_NETS: Final = {field: re.compile(words) for field, words in _WORDS.items()}


def spoken_of(reviews: Iterable[str]) -> frozenset[str]:
    """The fields of the votes of which any review speaks."""
    texts = [normalize(review) for review in reviews]
    return frozenset(field for field, net in _NETS.items() if any(map(net.search, texts)))
