"""What the words around a term do to it. ``[…]`` marks the term in each example."""

import pytest

from caferoam.text.matching import Match, Matcher, Term
from caferoam.text.normalize import normalize


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


SURFACES = [
    "插座", "wifi", "安靜", "吵", "限時", "不限時", "訂位", "寵物", "刷卡", "外帶", "酒吧",
    "酒", "抹茶", "甜點", "低消", "停車位", "很吵", "空間不大", "好停車", "適合工作", "無線網路", "廁所",
    "outlets", "outlet", "quiet", "noisy", "lively", "reservation",
    "alcohol", "pets", "bar", "work", "desserts", "cash only", "no time limit",
]  # fmt: skip
MATCHER = Matcher([Term(surface, "tag", surface) for surface in SURFACES])


def read(example: str, *, postposed: bool = False) -> Match:
    """The match of the marked term."""
    normal = normalize(example)
    start = normal.index("[")
    matches = MATCHER.find(normal.replace("[", "").replace("]", ""), postposed=postposed)
    return next(match for match in matches if match.start == start)


@pytest.mark.parametrize(
    "example",
    lines(
        """
        不要[限時]
        不要太[吵]
        不要有[酒]
        不想去[酒吧]
        不想要[吵]
        不用[訂位]
        不需要[訂位]
        不太[安靜]
        不[安靜]
        不是很[安靜]
        不會太[吵]
        不算[安靜]
        不夠[安靜]
        不怎麼[安靜]
        不太適合帶[寵物]
        不能帶[寵物]
        不可以帶[寵物]
        不接受[刷卡]
        不提供[外帶]
        不一定要[訂位]
        沒有[插座]
        沒[插座]
        没有[插座]
        沒有提供[wifi]
        沒有任何[插座]
        沒什麼[插座]
        沒有很多[插座]
        沒看到[插座]
        沒有那麼[安靜]
        並沒有[限時]
        沒有[不限時]
        沒辦法[刷卡]
        無[插座]
        無提供[wifi]
        無法[刷卡]
        未提供[插座]
        免[訂位]
        別太[吵]
        別去[酒吧]
        請勿帶[寵物]
        非[安靜]
        避開[酒吧]
        禁止[寵物]
        謝絕[寵物]
        缺[插座]
        怕[吵]
        害怕[抹茶]
        討厭[吵]
        受不了[吵]
        找不到[插座]
        少了[插座]
        氣氛不錯，沒有[插座]
        不要 [酒吧]
        沒有 [wifi]
        不要[lively]的
        沒有[無線網路]
        不大適合[寵物]
        no [outlets]
        not [quiet]
        not too [noisy]
        not a very [quiet] place
        without [alcohol]
        w/o [pets]
        avoid [alcohol]
        except [bar]
        don't want [noisy]
        don’t want a [bar]
        doesn't have any [outlets]
        isn't [quiet]
        dont want [noisy]
        can't stand [noisy]
        never [quiet]
        lack of [outlets]
        no need for [reservation]
        no-[alcohol]
        not [cash only]
        not good for [work]
        anything but [lively]
        rather than [lively]
        no [插座]
        without [插座]
        """
    ),
)
def test_words_directly_before_a_term_deny_it(example: str) -> None:
    match = read(example)
    assert match.negated
    assert match.negation_start is not None
    assert match.negation_start < match.start


@pytest.mark.parametrize(
    "example",
    lines(
        """
        有[插座]
        不錯[安靜]
        氣氛不錯、[安靜]
        不只[安靜]
        不只有[插座]
        不但[安靜]
        不僅[安靜]
        沒問題，[寵物]可以
        沒問題[寵物]可以
        差不多[安靜]
        不過[插座]很多
        特別[安靜]
        個別[插座]
        別的[甜點]
        非常[安靜]
        難免[吵]
        不免[吵]
        除非[訂位]
        不怕[吵]
        不缺[插座]
        不得不[訂位]
        不能不[訂位]
        沒有廁所，[插座]很多
        沒有廁所。[插座]很多
        沒想到有[插座]
        不知道[安靜]
        [不限時]
        空間不大[安靜]
        沒有吃到[甜點]
        限時但[安靜]
        不少[插座]
        沒有比這裡更[安靜]
        無敵[安靜]
        免費[wifi]
        還不如[外帶]
        not only [quiet]
        not just [quiet]
        no problem, [quiet]
        no doubt [quiet]
        no shortage of [outlets]
        [no time limit]
        notable [desserts]
        know [quiet]
        can't beat the [desserts]
        don't miss the [desserts]
        no wifi. [outlets]
        """
    ),
)
def test_other_words_leave_a_term_affirmed(example: str) -> None:
    match = read(example)
    assert (match.negated, match.asserted) == (False, True)


@pytest.mark.parametrize(
    "example",
    lines(
        """
        有沒有[插座]
        有沒[插座]
        有没有[wifi]
        有無[插座]
        有沒有提供[wifi]
        是不是[安靜]
        能不能帶[寵物]
        可不可以帶[寵物]
        要不要[訂位]
        需不需要[訂位]
        會不會[限時]
        有沒有[不限時]
        吵不[吵]
        好不[好停車]
        是否有[插座]
        可否[刷卡]
        希望有[插座]
        如果有[插座]
        希望能提供[wifi]
        建議增加[插座]
        I wish they had [outlets]
        if there were more [outlets]
        """
    ),
)
def test_questions_and_wishes_neither_deny_nor_assert(example: str) -> None:
    match = read(example)
    assert (match.negated, match.asserted) == (False, False)


@pytest.mark.parametrize(
    "example",
    ["沒有wifi和[插座]", "沒有wifi跟[插座]", "不要吵或[限時]", "no alcohol or [pets]", "without pets or [bar]"],
)
def test_a_denial_covers_what_is_joined_to_the_first_term(example: str) -> None:
    assert read(example).negated


@pytest.mark.parametrize(
    "example", ["沒有wifi、[插座]很多", "沒有wifi和好的[插座]", "no alcohol, [pets]", "安靜和[插座]"]
)
def test_a_denial_does_not_reach_further_than_that(example: str) -> None:
    assert not read(example).negated


def test_every_occurrence_is_read_on_its_own() -> None:
    matches = MATCHER.find("不要吵也不要酒吧要安靜")
    assert [(match.key, match.negated) for match in matches] == [("吵", True), ("酒吧", True), ("安靜", False)]


def test_a_new_line_ends_the_clause() -> None:
    assert not MATCHER.find("什麼都沒有\n插座很多")[0].negated
    assert MATCHER.find("什麼都沒有插座")[0].negated


def test_the_denial_and_its_term_can_be_cut_out_together() -> None:
    text = "想找安靜不要太吵的店"
    noisy = MATCHER.find(text)[1]
    assert noisy.negation_start is not None
    assert text[noisy.negation_start : noisy.end] == "不要太吵"


AFTER = lines(
    """
    [插座]很少
    [插座]不多
    [插座]不夠
    [插座]有點少
    [插座]數量有限
    [插座]沒有很多
    [插座]少，
    [wifi] 連不上
    [wifi]壞了
    [停車位]難找
    [停車位]不好找
    [寵物]不能進
    [寵物]禁止
    [甜點]選擇不多
    [outlets] are limited
    [wifi] doesn't work
    [wifi] is very unreliable
    [outlets] not available
    """
)


@pytest.mark.parametrize("example", AFTER)
def test_a_denial_that_follows_counts_when_asked_for(example: str) -> None:
    match = read(example, postposed=True)
    assert match.negated
    assert match.negation_start == match.end


@pytest.mark.parametrize("example", AFTER)
def test_a_denial_that_follows_is_not_read_in_queries(example: str) -> None:
    assert not read(example).negated


@pytest.mark.parametrize(
    "example",
    [
        "[插座]很多",
        "[插座]不少",
        "[甜點]少糖",
        "[甜點]少不了",
        "[wifi]沒有密碼",
        "[抹茶]很少見",
        "[wifi]，插座很少",
        "[outlets] are not a limit",
    ],
)
def test_what_only_looks_like_a_denial_that_follows_leaves_a_term_affirmed(example: str) -> None:
    assert not read(example, postposed=True).negated
