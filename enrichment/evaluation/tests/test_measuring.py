"""The arithmetic, by hand, and what counts as right."""

import json
from decimal import Decimal

import pytest

from enrichment.evaluation.answers import Answer
from enrichment.evaluation.labels import labels_of
from enrichment.evaluation.measuring import judge, measure, tagging
from enrichment.evaluation.metrics import Counts, always_yes_f1, macro, majority_f1
from enrichment.evaluation.places import Place
from enrichment.evaluation.report import as_json, as_text, evaluate
from enrichment.evaluation.spoken import spoken_of


def answer(tags: set[str], *reviews: str, **votes: object) -> Answer:
    return Answer(Place(id=f"{sorted(tags)}{reviews}{votes}", reviews=reviews, votes=votes), frozenset(tags))


def test_precision_recall_and_f1_of_a_table_counted_by_hand() -> None:
    counts = Counts.of([(True, True)] * 3 + [(False, True)] + [(True, False)] * 2 + [(False, False)] * 4)
    assert (counts.labelled, counts.positives, counts.given) == (10, 5, 4)
    assert (counts.precision, counts.recall) == (3 / 4, 3 / 5)
    assert counts.f1 == pytest.approx(2 / 3)
    assert counts.prevalence == 1 / 2


def test_nothing_given_and_nothing_right_are_zero_and_no_error() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1, Counts().prevalence, macro([])) == (0, 0, 0, 0, 0)


def test_baselines_follow_from_the_share_of_yes() -> None:
    assert always_yes_f1(0.6) == pytest.approx(0.75)
    assert majority_f1(0.6) == pytest.approx(0.75)
    assert majority_f1(0.4) == 0


@pytest.mark.parametrize(
    ("votes", "labels"),
    [
        ({"socket": "yes"}, {"outlets": True}),
        ({"socket": "maybe"}, {"outlets": True}),
        ({"socket": "no"}, {"outlets": False}),
        ({"socket": ""}, {}),
        ({"limited_time": "no"}, {"time_limit": False, "no_time_limit": True}),
        ({"limited_time": "maybe"}, {"time_limit": True, "no_time_limit": False}),
        ({"wifi": 4}, {"wifi": True}),
        ({"wifi": 3.5}, {"wifi": False}),
        ({"wifi": 0, "quiet": 0}, {}),
        ({"quiet": 5}, {"quiet": True}),
    ],
)
def test_votes_become_right_answers_and_what_nobody_voted_is_unknown(
    votes: dict[str, object], labels: dict[str, bool]
) -> None:
    assert labels_of(votes) == labels


def test_maybe_can_be_left_out() -> None:
    assert labels_of({"socket": "maybe", "limited_time": "maybe"}, maybe_counts=False) == {}


def test_reviews_speak_of_a_field_by_any_of_its_words() -> None:
    assert spoken_of(["插頭很多", "咖啡好喝"]) == {"socket"}
    assert spoken_of(["Free Wi-Fi, all day"]) == {"wifi", "limited_time"}
    assert spoken_of([]) == frozenset()


def test_the_bound_gives_what_is_right_where_reviews_speak_and_the_constant_what_is_right_most_often() -> None:
    cafes = [
        judge(answer({"outlets"}, "有插座", socket="yes")),
        judge(answer(set(), "咖啡好喝", socket="yes")),
        judge(answer(set(), "插座很少", socket="no")),
        judge(answer({"outlets"}, "咖啡好喝", socket="yes")),
    ]
    measured = measure(cafes)
    assert measured.by_tag["outlets"] == Counts(2, 0, 1, 1)
    assert measured.reachable["outlets"] == pytest.approx(1 / 3)
    assert measured.bound.by_field["socket"] == pytest.approx(1 / 2)
    assert measured.always.by_field["socket"] == pytest.approx(6 / 7)
    assert measured.guessing.by_field["socket"] == 1
    assert measured.tagger.by_field["socket"] == pytest.approx(4 / 5)
    assert measured.tagger.macro_f1 == pytest.approx(1 / 5)
    assert measured.low <= measured.tagger.macro_f1 <= measured.high


def test_the_two_answers_to_one_question_count_together() -> None:
    cafes = [
        judge(answer({"no_time_limit"}, "不限時", limited_time="no")),
        judge(answer({"no_time_limit"}, "不限時", limited_time="maybe")),
        judge(answer({"time_limit"}, "限時", limited_time="yes")),
        judge(answer(set(), "限時", limited_time="")),
    ]
    measured = measure(cafes)
    assert measured.by_tag["no_time_limit"] == Counts(1, 1, 0, 1)
    assert measured.by_tag["time_limit"] == Counts(1, 0, 1, 1)
    assert measured.tagger.by_field["limited_time"] == pytest.approx(4 / 6)


def test_the_interval_is_the_same_every_time() -> None:
    cafes = [
        judge(answer({"outlets"} if n % 3 else set(), "有插座", socket="yes" if n % 2 else "no")) for n in range(9)
    ]
    first, second = measure(cafes), measure(cafes)
    assert 0 < first.low < first.high < 1 / 4  # one field of four can be right
    assert (first.low, first.high) == (second.low, second.high)


def test_over_tagging_is_the_median_and_what_is_on_more_than_half() -> None:
    seen = tagging([answer({"cosy", "quiet"}), answer({"cosy"}), answer({"quiet", "cosy", "wifi"}), answer(set())])
    assert (seen.median, seen.most, seen.common) == (1.5, 3, {"cosy": 3 / 4})


def test_the_report_tells_the_same_in_words_and_for_programs() -> None:
    answers = [answer({"outlets"}, "有插座", socket="yes"), answer(set(), "很吵", quiet=2)]
    evaluation = evaluate("offline", "rules", answers, usd=Decimal("0.25"))
    assert "All: 2 cafés" in as_text(evaluation)
    assert "Spent: USD 0.25." in as_text(evaluation)
    assert (evaluation.parts["few_reviews"].cafes, evaluation.parts["many_reviews"].cafes) == (2, 0)
    told = json.loads(json.dumps(as_json(evaluation)))
    assert told["parts"]["all"]["tags"]["outlets"]["f1"] == 1
    assert told["parts"]["all"]["tags"]["quiet"] == told["parts"]["all"]["tags"]["quiet"] | {"positives": 0, "given": 0}
