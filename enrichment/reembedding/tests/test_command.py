"""manage.py reembed: with real processes where it is killed, stopped or given twice."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from caferoam.jobs.models import Job, Lane
from caferoam.providers.embeddings import embedder_of
from caferoam.testing.jobs import drain
from caferoam.testing.live import Process, eventually
from caferoam.testing.openai import KEY, OpenAIStub
from enrichment.models import EmbeddingModel
from enrichment.reembedding.active import active, being_built
from enrichment.reembedding.building import KEPT_AFTER
from enrichment.reembedding.tests.making import (
    LARGE,
    OFFLINE,
    SMALL,
    UNSPEAKABLE,
    describe_again,
    described,
    fastidious,
    ids,
    models,
    reembed,
    vectors_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy", "vendor")]


class Commands:
    """Commands in processes of their own."""

    def __init__(self, folder: Path, vendor: OpenAIStub) -> None:
        self._folder = folder
        self._environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": vendor.base_url}
        self._started: list[Process] = []

    def reembed(self, model: str = SMALL) -> Process:
        return self.start("manage.py", "reembed", "--model", model, "--provider", "openai", "--yes")

    def start(self, *arguments: str) -> Process:
        log_file = self._folder / f"{len(self._started)}.log"
        process = Process(log_file, *arguments, DJANGO_SETTINGS_MODULE="caferoam.settings", **self._environment)
        self._started.append(process)
        return process

    def stop(self) -> None:
        for process in self._started:
            process.kill()


@pytest.fixture
def commands(tmp_path: Path, vendor: OpenAIStub) -> Iterator[Commands]:
    commands = Commands(tmp_path, vendor)
    yield commands
    commands.stop()


def ends(process: Process) -> int:
    """Its exit code, once its jobs are done."""
    eventually(lambda: (drain(["reembed_shop"]) and False) or process.popen.poll() is not None)
    return process.popen.wait(60)


def queued() -> int:
    return Job.objects.filter(job_type="reembed_shop", status="pending").count()


def test_it_builds_changes_over_and_says_so(commands: Commands, vendor: OpenAIStub) -> None:
    shops = described("甲店", "乙店")
    process = commands.reembed()
    assert ends(process) == 0, process.output()
    told = process.output()
    assert f"{SMALL} is being built; {OFFLINE} is searched until it is complete." in told
    assert f"{SMALL} is searched, within seconds by every process." in told
    assert f"The settings choose {OFFLINE} (offline) for embeddings" in told
    assert models() == {OFFLINE: "retired", SMALL: "active"}
    assert vectors_of(SMALL) == vectors_of(OFFLINE) == ids(shops)


def test_a_command_that_is_killed_midway_goes_on_where_it_was(commands: Commands, vendor: OpenAIStub) -> None:
    shops = described("甲店", "乙店", "丙店")
    first = commands.reembed()
    assert eventually(lambda: queued() == 3), first.output()
    first.kill()
    drain(["reembed_shop"])
    began_at = EmbeddingModel.objects.get(model=SMALL).started_at
    assert (active().model, models()[SMALL]) == (OFFLINE, "building")
    describe_again(shops[0], "有貓的老屋")
    asked = len(vendor.asked)
    second = commands.reembed()
    assert ends(second) == 0, second.output()
    assert EmbeddingModel.objects.get(model=SMALL).started_at == began_at
    assert (active().model, vectors_of(SMALL)) == (SMALL, ids(shops))
    assert len(vendor.asked) == asked + 1, "only for the shop that changed"


def test_ctrl_c_leaves_what_is_queued_and_says_how_to_go_on(commands: Commands) -> None:
    described("甲店")
    process = commands.reembed()
    assert eventually(lambda: queued() == 1), process.output()
    process.popen.send_signal(signal.SIGINT)
    assert process.popen.wait(60) == 130, process.output()
    assert "the same command goes on from here" in process.output()
    assert queued() == 1
    assert being_built() is not None


def test_of_two_commands_at_once_both_see_it_through(commands: Commands, vendor: OpenAIStub) -> None:
    shops = described("甲店", "乙店")
    both = [commands.reembed(), commands.reembed()]
    assert eventually(lambda: all("is being built" in one.output() for one in both))
    assert eventually(lambda: queued() == 2)
    assert [ends(one) for one in both] == [0, 0], [one.output() for one in both]
    assert (active().model, vectors_of(SMALL)) == (SMALL, ids(shops))
    assert vendor.embedded.total() == 2, "nothing is paid for twice"


def test_a_command_whose_model_is_given_up_elsewhere_ends(commands: Commands) -> None:
    described("甲店")
    process = commands.reembed()
    assert eventually(lambda: queued() == 1), process.output()
    assert reembed("--abort") == f"{SMALL} is given up, and 0 vectors are deleted. {OFFLINE} is searched."
    assert process.popen.wait(60) == 1
    assert f"{SMALL} is not being built any more." in process.output()
    assert models() == {OFFLINE: "active"}
    drain(["reembed_shop"])
    assert vectors_of(SMALL) == set()


def test_texts_that_the_vendor_refuses_are_named_and_keep_it_from_changing_over(
    commands: Commands, vendor: OpenAIStub
) -> None:
    fastidious(vendor)
    _, bad = described("甲店", f"{UNSPEAKABLE}店")
    process = commands.reembed()
    assert ends(process) == 1
    told = process.output()
    assert f"1 of 2 cafés got no vector, so {OFFLINE} is searched as before:" in told
    assert f"{bad.pk} {bad.name}: failed:" in told
    assert "--allow-missing 1." in told
    assert reembed("--model", SMALL, "--provider", "openai", "--allow-missing", "1").splitlines()[1] == (
        f"{SMALL} is searched, within seconds by every process. 1 cafés have no vector of it."
    )


def test_it_says_what_it_will_cost_and_begins_nothing_unless_somebody_agrees(commands: Commands) -> None:
    described("甲店", "乙店")
    with pytest.raises(CommandError, match="nobody is here to be asked: add --yes"):
        reembed("--model", SMALL, "--provider", "openai")
    with pytest.raises(CommandError, match="Nothing was begun"):
        reembed("--model", SMALL, "--provider", "openai", answer="\n")
    assert models() == {OFFLINE: "active"}
    assert queued() == 0
    process = commands.reembed()
    assert ends(process) == 0, process.output()
    assert re.match(r"2 shops, ≈ \d+ tokens, ≈ USD 0\.0\d+, by a sample\.\n", process.output()), process.output()


def test_who_goes_on_or_back_to_what_costs_nothing_is_not_asked(commands: Commands) -> None:
    described("甲店")
    process = commands.reembed()
    assert eventually(lambda: queued() == 1), process.output()
    process.kill()
    for model, provider in ((SMALL, "openai"), (OFFLINE, "offline")):
        again = commands.start("manage.py", "reembed", "--model", model, "--provider", provider)
        assert ends(again) == 0, again.output()
        assert f"{model} is searched, within seconds" in again.output()
        assert "USD" not in again.output()


def test_with_no_shops_at_all_it_changes_over_at_once() -> None:
    assert f"{SMALL} is searched" in reembed("--model", SMALL, "--provider", "openai")
    with pytest.raises(CommandError, match=f"{SMALL} is searched already"):
        reembed("--model", SMALL, "--provider", "openai")


def test_status_tells_of_each_model_and_how_far_the_next_one_is(commands: Commands) -> None:
    described("甲店", "乙店")
    process = commands.reembed()
    assert eventually(lambda: queued() == 2), process.output()
    process.kill()
    Lane.objects.filter(job_type="reembed_shop").update(paused=True, pause_reason="Maintenance.")
    told = reembed("--status").splitlines()
    assert told[0].startswith(f"{OFFLINE} (offline): searched since")
    assert told[0].endswith(", 2 vectors")
    assert told[1].startswith(f"{SMALL} (openai): being filled since")
    assert told[2:] == [
        "0 of 2 cafés are done, 2 wait or are at work, 0 failed.",
        "The lane reembed_shop is paused: Maintenance.",
    ]


def test_clean_deletes_what_nobody_can_be_searching_any_more() -> None:
    reembed("--model", SMALL, "--provider", "openai")
    deleted, kept = reembed("--clean").splitlines()
    assert deleted == "0 vectors deleted."
    assert kept.startswith(f"{OFFLINE} was searched until just now")
    EmbeddingModel.objects.filter(model=OFFLINE).update(retired_at=Now() - 2 * KEPT_AFTER)
    assert reembed("--clean") == f"0 vectors deleted of {OFFLINE}."
    assert reembed("--abort") == "Nothing is being built."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "no-such-model"], "no model 'no-such-model'"),
        (["--model", "x", "--provider", "nobody"], "no embedder 'nobody'"),
        (["--model", OFFLINE], "is searched already"),
        (
            ["--model", SMALL, "--provider", "openai", "--allow-missing", "-1"],
            "expected one argument|no number of cafés",
        ),
        ([], "one of the arguments"),
        (["--model", SMALL, "--abort"], "not allowed with"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(arguments: list[str], message: str) -> None:
    active()
    with pytest.raises(CommandError, match=message):
        reembed(*arguments)
    assert models() == {OFFLINE: "active"}


def test_without_a_key_nothing_is_begun(settings: Settings) -> None:
    settings.OPENAI_API_KEY = ""
    embedder_of.cache_clear()  # another test's process may have one, made with a key
    with pytest.raises(CommandError, match="OPENAI_API_KEY"):
        reembed("--model", LARGE, "--provider", "openai")
    assert being_built() is None
