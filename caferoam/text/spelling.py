"""Typing slips in Latin words ("qiuet", "resevation"): one letter, two in long words, never the first.

Chinese is left alone: its words are too short, and a wrong character is mostly another word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from caferoam.text.normalize import NormalizedText

_SHORTEST = 5  # letters; shorter words turn into each other too easily
_LONG = 9  # letters from which two slips are forgiven
_WORD = re.compile(rf"(?<![a-z0-9'])[a-z]{{{_SHORTEST},}}(?![a-z0-9'])")

# Correct words that lie within reach of a word of the taxonomy: "quite nice" must not become "quiet nice".
_EVERYDAY_WORDS = (
    "along attractive branch branches bunch busting cafes candle capping carry cases changing cheat chilly coming "
    "cough crammed curly elevation excessive expressive extensive heading hearing heating homes india intimate "
    "juggle launch likely locales mango march match means mercy packet packing paste picked production protective "
    "quilt quite regarding regular regularly related remaining scene scenes scores shuffle smoothing something "
    "specially sturdy winds wires wording"
)
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())


class Spelling:
    """Corrects words towards a fixed vocabulary."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(vocabulary)
        by_shape: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(self._known):
            by_shape[word[0], len(word)].append(word)
        self._by_shape = dict(by_shape)

    @staticmethod
    def words_of(surface: str) -> list[str]:
        """The words of a normalised surface that are long enough to be corrected to."""
        return _WORD.findall(surface)

    def correct(self, text: str) -> NormalizedText:
        """``text`` with its slips corrected, and for each character where it came from."""
        pieces: list[str] = []
        offsets: list[int] = []
        position = 0
        for found in _WORD.finditer(text):
            better = self._nearest(found.group())
            if better is None:
                continue
            pieces += [text[position : found.start()], better]
            offsets += [*range(position, found.start()), *[found.start()] * len(better)]
            position = found.end()
        pieces.append(text[position:])
        offsets.extend(range(position, len(text)))
        return NormalizedText(source=text, text="".join(pieces), offsets=tuple(offsets))

    def _nearest(self, word: str) -> str | None:
        """The one known word within reach; None when there is none, or when several are equally near."""
        if word in self._known or word in _EVERYDAY:
            return None
        allowed = 2 if len(word) >= _LONG else 1
        near: dict[int, list[str]] = defaultdict(list)
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            for candidate in self._by_shape.get((word[0], length), ()):
                distance = edit_distance(word, candidate)
                if distance <= allowed:
                    near[distance].append(candidate)
        nearest = near[min(near)] if near else []
        return nearest[0] if len(nearest) == 1 else None


def edit_distance(left: str, right: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, changes, swaps of neighbours."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]
