from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from shops.importers.tests.cafes import cafe, write_answer
from shops.models import Shop
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy

PLACED_BY_DISTRICT = (
    "Placed: 0 exactly (live), 0 on their street or near a station, 1 by district only, 0 left without a place. "
    "Those that are not placed exactly are drafts."
)


@pytest.fixture
def answer(tmp_path: Path) -> str:
    records = [
        cafe(),
        cafe("two", name="某咖啡（已歇業）"),
        cafe("three", latitude="0", longitude="0"),
        cafe("four", name=""),
    ]
    return write_answer(tmp_path / "cafes.json.gz", *records, packed=True)


def run(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command("import_shops", "cafenomad", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.usefixtures("taxonomy")
def test_the_counts_are_printed_and_the_rejected_reported(answer: str, tmp_path: Path) -> None:
    report = tmp_path / "rejects.csv"
    assert run(answer, report=report).splitlines() == [
        "3 inserted, 0 updated, 0 unchanged, 1 closed (1 newly), 1 rejected, 0 not in this file.",
        "1 of them without usable coordinates.",
        f"Why each was rejected, or has no place: {report}",
        PLACED_BY_DISTRICT,
    ]
    told = report.read_text(encoding="utf-8-sig")
    assert "taken without a place: coordinates are 0, 0" in told
    assert "no name" in told


@pytest.mark.usefixtures("taxonomy")
def test_the_report_goes_to_the_local_folder_unless_told_otherwise(
    answer: str, tmp_path: Path, settings: LazySettings
) -> None:
    settings.BASE_DIR = tmp_path
    told = Path(run(answer).splitlines()[2].rpartition(": ")[2])
    assert told.parent == tmp_path / ".local" / "imports"
    assert told.exists()


@pytest.mark.usefixtures("taxonomy")
def test_a_dry_run_says_so(answer: str, tmp_path: Path) -> None:
    assert "Dry run: all of it was taken back" in run(answer, dry_run=True, report=tmp_path / "r.csv")
    assert not Shop.objects.exists()


@pytest.mark.usefixtures("taxonomy")
def test_an_unusable_file_is_told_in_one_line_and_leaves_no_report(tmp_path: Path) -> None:
    (tmp_path / "cafes.json").write_text("{}")
    with pytest.raises(CommandError, match=r"^not Cafe Nomad's answer.*Nothing was written\.$") as refused:
        run(str(tmp_path / "cafes.json"), report=tmp_path / "r.csv")
    assert refused.value.returncode == 1
    assert not (tmp_path / "r.csv").exists()


def test_the_worker_s_rights_are_enough(worker_login: None, answer: str, tmp_path: Path) -> None:
    load_taxonomy(file_definitions())
    assert "3 inserted" in run(answer, report=tmp_path / "r.csv")
    assert "3 unchanged" in run(answer, report=tmp_path / "r.csv")
