"""The command as an operator types it, on cafés made up here and on the real ones."""

import gzip
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from pytest_django.fixtures import Settings

from caferoam.testing.anthropic import KEY, AnthropicStub, overloaded, shop_of
from enrichment.evaluation.places import choose, voted_places
from enrichment.models import LlmUsage
from enrichment.reading import MAX_REVIEWS

REVIEWS = [
    ("甲咖啡", "有插座，Wi-Fi 很快，不限時"),
    ("甲咖啡", "很安靜"),
    ("乙咖啡", "很吵，沒有插座"),
    ("丙咖啡", "蛋糕好吃"),
]
PAIRS = [
    {"place_name": "甲咖啡", "cafenomad_id": "a", "socket": "yes", "limited_time": "no", "wifi": 5, "quiet": 4},
    {"place_name": "乙咖啡", "cafenomad_id": "b", "socket": "no", "limited_time": "", "wifi": 0, "quiet": 1},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "reviews"
    folder.mkdir()
    _write(
        folder, "google_reviews_cafes_2022_part", [{"place_name": name, "comment_text": text} for name, text in REVIEWS]
    )
    _write(folder, "google_reviews_cafes_2024-04_part", [])
    pairs = [{"review_file": "google_reviews_cafes_2022_part", **pair} for pair in PAIRS]
    (folder / "review_place_to_cafenomad.jsonl").write_text("\n".join(json.dumps(pair) for pair in pairs))
    return tmp_path


def _write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))


def evaluated(data: Path, *options: str) -> str:
    out = StringIO()
    call_command("evaluate_tags", "--provider", "offline", "--data", str(data), *options, stdout=out)
    return out.getvalue()


def test_reviews_alone_are_compared_with_votes(data: Path) -> None:
    told = json.loads(evaluated(data, "--json"))
    assert told["provider"] == "offline"
    tags = told["parts"]["all"]["tags"]
    assert {tag: (row["labelled"], row["positives"], row["given"], row["f1"]) for tag, row in tags.items()} == {
        "outlets": (2, 1, 1, 1),
        "time_limit": (1, 0, 0, 0),
        "no_time_limit": (1, 1, 1, 1),
        "wifi": (1, 1, 1, 1),
        "quiet": (2, 1, 1, 1),
    }
    assert told["parts"]["all"]["tagger"]["macro_f1"] == 1
    assert told["tagging"]["cafes"] == 2


def test_places_without_votes_only_tell_how_much_is_tagged(data: Path) -> None:
    told = json.loads(evaluated(data, "--json", "--others"))
    assert (told["parts"]["all"]["cafes"], told["tagging"]["cafes"]) == (2, 3)


def test_a_limit_asks_about_fewer(data: Path) -> None:
    assert "All: 1 cafés" in evaluated(data, "--limit", "1")


def test_a_folder_without_the_data_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"review_place_to_cafenomad|google_reviews"):
        evaluated(tmp_path)


def test_an_unknown_provider_is_refused_by_name(data: Path) -> None:
    with pytest.raises(CommandError, match="crystal-ball"):
        call_command("evaluate_tags", "--provider", "crystal-ball", "--data", str(data))


def test_reviews_of_one_cafe_under_two_names_are_put_together_and_repeats_left_out(data: Path) -> None:
    pairs = data / "reviews" / "review_place_to_cafenomad.jsonl"
    twice = {
        "review_file": "google_reviews_cafes_2022_part",
        "place_name": "丙咖啡",
        "cafenomad_id": "a",
        "socket": "yes",
    }
    pairs.write_text(pairs.read_text() + "\n" + json.dumps(twice))
    (both,) = [place for place in voted_places(data) if place.id == "a"]
    assert set(both.reviews) == {"有插座，Wi-Fi 很快，不限時", "很安靜", "蛋糕好吃"}
    assert choose(["好", "好", "很好"]) == ("很好", "好")
    assert len(choose([f"第{number}次來" for number in range(MAX_REVIEWS + 9)])) == MAX_REVIEWS


class Terminal(StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = KEY, stub.url
        yield stub


@pytest.mark.django_db
class TestPaidProvider:
    def paid(self, data: Path, *options: str, stdin: StringIO | None = None) -> str:
        out = StringIO()
        call_command(
            "evaluate_tags",
            *("--provider", "anthropic", "--data", str(data), "--json", *options),
            stdin=stdin or StringIO(),
            stdout=out,
            stderr=StringIO(),
        )
        return out.getvalue()

    def test_is_shown_reviews_and_nothing_else_and_every_token_is_in_the_ledger(
        self, data: Path, stub: AnthropicStub
    ) -> None:
        told = json.loads(self.paid(data, "--yes"))
        shops = [shop_of(asked.json) for asked in stub.asked]
        assert [(shop["facts"], shop["attributes"]) for shop in shops] == [({}, {}), ({}, {})]
        noted = LlmUsage.objects.filter(purpose="evaluate_tags").aggregate(sent=Sum("tokens_in"), usd=Sum("usd"))
        assert noted["sent"] == stub.billed.tokens_in + stub.billed.cache_writes + stub.billed.cache_reads
        assert told["usd"] == str(noted["usd"])
        assert told["parts"]["all"]["cafes"] == 2

    def test_is_not_paid_unless_somebody_agrees(self, data: Path, stub: AnthropicStub) -> None:
        with pytest.raises(CommandError, match="add --yes"):
            self.paid(data)
        with pytest.raises(CommandError, match="nothing was spent"):
            self.paid(data, stdin=Terminal("n\n"))
        assert not stub.asked
        self.paid(data, stdin=Terminal("y\n"))
        assert len(stub.asked) == 2

    def test_that_fails_half_way_tells_what_it_was_paid_for(self, data: Path, stub: AnthropicStub) -> None:
        respond = stub.respond
        stub.respond = lambda asked: respond(asked) if len(stub.asked) == 1 else overloaded()
        with pytest.raises(CommandError, match="Stopped after 1 of 2 places"):
            self.paid(data, "--yes")

    def test_that_declines_is_paid_and_counts_as_giving_no_tag(self, data: Path, stub: AnthropicStub) -> None:
        stub.think = lambda request: "I would rather not."
        told = json.loads(self.paid(data, "--yes"))
        assert told["refused"] == 2
        assert {usage.items for usage in LlmUsage.objects.all()} == {0}


@pytest.mark.slow
def test_on_real_cafes_nine_of_ten_tags_that_are_given_are_right(shared_data: Path) -> None:
    told = json.loads(evaluated(shared_data, "--json"))
    whole = told["parts"]["all"]
    given = sum(row["given"] for row in whole["tags"].values())
    right = sum(row["given"] * row["precision"] for row in whole["tags"].values())
    assert right / given > 0.85
    assert whole["tagger"]["macro_f1"] > 0.75 * whole["bound"]["macro_f1"]
    assert told["tagging"]["on_more_than_half"] == {}
