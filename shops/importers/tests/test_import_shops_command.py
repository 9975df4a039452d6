from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from shops.importers.tests.cafes import cafe, write_answer
from shops.models import Shop
from shops.taxonomy import file_definitions
from shops.taxonomy.loader import load_taxonomy


@pytest.fixture
def answer(tmp_path: Path) -> str:
    records = [cafe(), cafe("two", name="某咖啡（已歇業）"), cafe("three", latitude="0", longitude="0")]
    return write_answer(tmp_path / "cafes.json.gz", *records, packed=True)


def run(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command("import_shops", "cafenomad", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.usefixtures("taxonomy")
def test_the_counts_are_printed_and_the_rejected_reported(answer: str, tmp_path: Path) -> None:
    report = tmp_path / "rejects.csv"
    assert run(answer, report=report).splitlines() == [
        "2 inserted, 0 updated, 0 unchanged, 1 closed (1 newly), 1 rejected, 0 not in this file.",
        f"Why each was rejected: {report}",
    ]
    assert "coordinates are 0, 0" in report.read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("taxonomy")
def test_the_report_goes_to_the_local_folder_unless_told_otherwise(
    answer: str, tmp_path: Path, settings: LazySettings
) -> None:
    settings.BASE_DIR = tmp_path
    told = Path(run(answer).splitlines()[-1].rpartition(": ")[2])
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
    assert "2 inserted" in run(answer, report=tmp_path / "r.csv")
    assert "2 unchanged" in run(answer, report=tmp_path / "r.csv")
