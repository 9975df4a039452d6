"""Whether the words around a term deny it, only ask about it, or affirm it.

Vectors cannot tell 限時 from 不限時 (their cosine is .94), so negation is read from the words. It binds to the term
directly behind it in the same clause, across a few filler words (「沒有提供wifi」, "not a very quiet place"). Anything
else in between breaks the bond, so 不錯, 不只, 沒問題, 差不多 and "not only" deny nothing of what follows.
"""

import re
from dataclasses import dataclass

_REACH = 40  # characters; a longer phrase is no longer "directly before"

_CLAUSE_END = r",.!?;:~()\[\]。、！？「」『』【】…\n"
_LAST_CLAUSE = re.compile(rf"[^{_CLAUSE_END}]*\Z")
_AT_CLAUSE_END = rf"(?=\s*(?:[{_CLAUSE_END}]|\Z))"

# Look-behinds spare the words that merely end in a negation (特別, 難免, 除非) and what is denied itself (不怕吵).
_ZH_WORDS = (
    r"不(?:想要|需要|必要|可以|一定|見得|提供|接受|開放|支援|允許|適合|喜歡|建議|怎麼|那麼|這麼)",
    r"不[想要用需必會能可行是算夠太收愛]",
    r"不大(?=適合)",
    r"(?<!不得)(?<!不能)(?<!不會)不(?!過)",
    r"[沒没](?:有|辦法|法)",
    r"(?<![出淹沉埋])[沒没]",
    r"無法",
    r"(?<!獨一)[無无]",
    r"[尚從並]?未",
    r"(?<![難不未])免",
    r"勿",
    r"(?<![除莫無是])非",
    r"(?<![特個分級差區性類辨識告離道])[別别](?![的人])",
    r"(?<!不)(?:禁止|嚴禁|禁|謝絕|拒絕|避免|避開|遠離|討厭|缺乏|缺少|缺|怕)",
    r"受不了|找不到|看不到|少了",
)
_ZH_FILLERS = (
    r"太多|很多|多少|足夠的?|幾個|什麼|甚麼|啥|任何|特別|非常|十分|真的|完全|這麼|那麼|過於|想像中",
    r"免費的?|專[屬用]的?|自己的|[那這][種類]|一個|個",
    r"使用|提供|附設|開放|接受|支援|需要?|攜帶|看到|找到|看見|適合|可以?",
    r"[很太會能有再的用附設給收帶去要是夠算]",
)
_ZH_NEGATION = re.compile(rf"(?P<word>{'|'.join(_ZH_WORDS)})\s?(?:(?:{'|'.join(_ZH_FILLERS)})\s?){{0,3}}\Z")

_EN_WORDS = (
    r"no|not|non|nor|neither|never|without|w/o|avoid(?:ing)?|except|lack(?:s|ed|ing)?|hates?|cannot",
    r"[a-z]+n't|(?:do|does|did|is|are|was|were|ca|wo|has|have)nt",
    r"anything but|instead of|rather than|stay away from",
)
_EN_FILLERS = (
    r"a|an|any|the|too|very|so|that|really|quite|particularly|overly|exactly|super|most|as|all",
    r"to|be|been|is|it|it's|say|have|has|having|had|offer|offering|provide|allow|allowed|accept|take|want|need|like|stand",
    r"much|many|enough|lots?|of|for|in|at|good|great|ideal|suitable|best|proper|free",
    r"go|going|get|find|see|use|bring|your|there",
)
_EN_NEGATION = re.compile(
    rf"(?<![a-z0-9])(?P<word>{'|'.join(_EN_WORDS)})(?:[ -](?:{'|'.join(_EN_FILLERS)})){{0,6}}[ -]?\Z"
)

# Asked about or wished for: a visitor's query means it, a reviewer's sentence proves nothing. (有沒有, 能不能 and the
# like hold a negation and are read with it.)
_OPEN = re.compile(
    r"(?:(?:是否|能否|可否|有無)(?:有|可以?|能|提供|接受|開放|帶|需要?|要)*"
    r"|(?:希望|如果|要是|若是?|假如|期待|最好)(?:店家|未來|之後|可以|能夠?|多|增加|加|再|也|提供|更|一點|些|有)+"
    r"|建議(?:可以|店家|老闆|您|你們?|能夠?|多)*(?:增加|增設|加裝|加|提供)"
    r"|(?<![a-z])(?:if|wish) (?:they|there|it|you) (?:had|were|was)(?: (?:a|an|any|more|some|better))*)\s?\Z"
)

# What joins a second term to a denied one: 「沒有wifi和插座」, "no alcohol or pets".
_JOINED = re.compile(r"\s?(?:和|跟|與|或是?|或者|及|以及|/)\s?| (?:or|nor) (?:any |a |the )?")

_ZH_DEGREE = r"(?:都|也|真的|實在|有點|比較|相對|稍嫌|算是?|非常|好像|[很太超蠻滿較偏略])"
_ZH_DENIED_AFTER = re.compile(
    r"\s?(?:的?(?:位子|座位|數量|訊號|選擇))?(?:"
    rf"{_ZH_DEGREE}+少(?![不糖冰油鹽見有]|可以|看到)|少{_AT_CLAUSE_END}|沒有{_AT_CLAUSE_END}"
    rf"|{_ZH_DEGREE}*(?:不多|不夠|不太夠|不足|有限|難找|不好找|難停|不好停|找不到|連不[上到]|用不了|無法使用|壞[了掉]|沒了|不穩"
    r"|沒訊號|沒有?[很太]多|沒有?開放|不開放|不提供|不接受|禁止|不(?:能|可以?|得)(?:進|入|帶|用|使用|停))"
    r")"
)
_EN_DENIED_AFTER = re.compile(
    r" (?:(?:is|are|was|were|seems?)(?:n't| not)?(?: (?:very|pretty|quite|too|really|a bit|so))*"
    r" (?:limited|scarce|rare|broken|down|unreliable|unstable|unavailable|not working|not available)"
    r"|(?:doesn't|didn't|don't|does not|did not|do not|never|wouldn't) work(?:ed|ing)?"
    r"|not working|not available)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Stance:
    """How the text stands to a term.

    ``negation_start`` is where the denying words begin, or None. ``asserted`` is False where the term is only asked
    about or wished for.
    """

    negation_start: int | None = None
    asserted: bool = True

    @property
    def negated(self) -> bool:
        return self.negation_start is not None


AFFIRMED = Stance()
_LEFT_OPEN = Stance(asserted=False)


def stance_before(text: str, start: int, *, after: int = 0) -> Stance:
    """Read the words directly before the term that begins at ``start``.

    Words before ``after`` belong to an earlier term: the 不大 of 「空間不大安靜」 is spent on the space.
    """
    clause = _LAST_CLAUSE.search(text, max(after, start - _REACH), start)
    if clause is None or clause.start() == start:
        return AFFIRMED
    found = _ZH_NEGATION.search(text, clause.start(), start) or _EN_NEGATION.search(text, clause.start(), start)
    if found is None:
        return _LEFT_OPEN if _OPEN.search(text, clause.start(), start) else AFFIRMED
    if is_a_not_a(text, found.start(), found["word"], term_start=start):
        return _LEFT_OPEN
    return Stance(negation_start=found.start())


def stance_after(text: str, end: int) -> Stance:
    """Read a denial that follows the term ending at ``end``: 插座很少, wifi 連不上, "outlets are limited"."""
    found = _ZH_DENIED_AFTER.match(text, end) or _EN_DENIED_AFTER.match(text, end)
    return AFFIRMED if found is None else Stance(negation_start=end)


def joins(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` only joins two terms, so that a denial of the first covers the second."""
    return _JOINED.fullmatch(text, start, end) is not None


def is_a_not_a(text: str, at: int, word: str, *, term_start: int) -> bool:
    """Whether the negation ``word`` at ``at`` is the middle of a question: 有沒有, 是不是, 能不能, 要不要, 吵不吵."""
    if at == 0:
        return False
    before = text[at - 1]
    if word[0] in "沒没無无":
        return before == "有"
    if word[0] != "不":
        return False
    return before == (word[1] if len(word) > 1 else text[term_start])
