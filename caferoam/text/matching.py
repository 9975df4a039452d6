"""Find known terms in text: one left-to-right pass, the longest surface first at each position, no overlaps.

The same walk reads a query of ten words and fifty reviews of a shop, so it is a plain trie over characters. Chinese
needs no word boundaries; Latin letters and digits do ("bar" is not in "barista"). Longest first is what lets 不限時 win
before its 不 can be read as a negation of 限時.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from caferoam.text.negation import AFFIRMED, Stance, is_a_not_a, joins, stance_after, stance_before
from caferoam.text.normalize import normalize
from caferoam.text.spelling import Spelling

IGNORED = "ignored"
"""Kind of a term that is recognised only so that nothing inside it is: 工作人員 says nothing about 工作."""


@dataclass(frozen=True, slots=True)
class Term:
    """Something to look for. ``surface`` may be in any case and width; ``kind`` and ``key`` say what it stands for."""

    surface: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Match:
    """A term found at ``[start, end)`` of the normalised text.

    ``negation_start`` is where the words that deny it begin: before ``start``, or at ``end`` for a denial that follows.
    ``asserted`` is False where the text only asks (有沒有插座) or wishes (希望有插座): in a query the term is wanted,
    in a review it is no evidence.
    """

    start: int
    end: int
    kind: str
    key: str
    negated: bool = False
    negation_start: int | None = None
    asserted: bool = True


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()


class Matcher:
    """An immutable set of terms, ready to be found. Safe to share between threads."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._root = _Node()
        words: set[str] = set()
        for term in terms:
            surface = normalize(term.surface)
            if not surface:
                raise ValueError(f"The term {term.key!r} of kind {term.kind!r} has an empty surface.")
            words.update(Spelling.words_of(surface))
            self._add(surface, term)
        self._spelling = Spelling(words)

    def find(self, normalized: str, *, postposed: bool = False, typos: bool = False) -> list[Match]:
        """All matches from left to right; a surface that stands for several things gives one match for each.

        Args:
            normalized: text as :func:`caferoam.text.normalize.normalize` returns it.
            postposed: also read denials that follow a term (插座很少). For reviews, where facts are reported this way.
            typos: also accept misspelt Latin words of five letters and more. For queries, where slips are likely.
        """
        if not typos:
            return self._find(normalized, postposed=postposed)
        corrected = self._spelling.correct(normalized)
        offsets = (*corrected.offsets, len(normalized))
        return [
            replace(
                match,
                start=offsets[match.start],
                end=offsets[match.end],
                negation_start=None if match.negation_start is None else offsets[match.negation_start],
            )
            for match in self._find(corrected.text, postposed=postposed)
        ]

    def _add(self, surface: str, term: Term) -> None:
        node = self._root
        for char in surface:
            node = node.children.setdefault(char, _Node())
        known = {(other.kind, other.key) for other in node.terms}
        if (term.kind, term.key) not in known:
            node.terms = (*node.terms, term)

    def _find(self, text: str, *, postposed: bool) -> list[Match]:
        matches: list[Match] = []
        first = self._root.children
        previous_end, previous_stance = 0, AFFIRMED
        position = 0
        while position < len(text):
            if text[position] not in first:
                position += 1
                continue
            found = self._longest_at(text, position)
            if found is None:
                position += 1
                continue
            end, terms = found
            if terms[0].kind == IGNORED:
                position = end
                continue
            stance = stance_before(text, position, after=previous_end)
            if stance is AFFIRMED and previous_stance.negated and joins(text, previous_end, position):
                stance = previous_stance
            elif stance is AFFIRMED and postposed:
                stance = stance_after(text, end)
            matches.extend(_match(position, end, term, stance) for term in terms)
            position = previous_end = end
            previous_stance = stance
        return matches

    def _longest_at(self, text: str, start: int) -> tuple[int, tuple[Term, ...]] | None:
        if start and _is_latin(text[start]) and _is_latin(text[start - 1]):
            return None
        longest: tuple[int, tuple[Term, ...]] | None = None
        node: _Node | None = self._root.children[text[start]]
        end = start + 1
        while node is not None:
            if node.terms and _ends_word(text, end) and not _is_half_a_question(text, start, end):
                longest = (end, node.terms)
            if end == len(text):
                break
            node = node.children.get(text[end])
            end += 1
        return longest


def _match(start: int, end: int, term: Term, stance: Stance) -> Match:
    return Match(
        start=start,
        end=end,
        kind=term.kind,
        key=term.key,
        negated=stance.negated,
        negation_start=stance.negation_start,
        asserted=stance.asserted,
    )


def _is_latin(char: str) -> bool:
    """A letter of a script that puts blanks between words, or a digit."""
    return char < "\u0250" and char.isalnum()


def _ends_word(text: str, end: int) -> bool:
    return end == len(text) or not (_is_latin(text[end]) and _is_latin(text[end - 1]))


def _is_half_a_question(text: str, start: int, end: int) -> bool:
    """Whether the surface begins with the second half of an A-not-A question: 「沒有低消」 in 「有沒有低消」.

    無 is left out: 「有無線網路」 has wireless.
    """
    if text[start] not in "不沒没" or end - start < 2:
        return False
    return is_a_not_a(text, start, text[start : start + 2], term_start=start)
