import csv
from pathlib import Path

import pytest

from shops.importers.errors import ImportRefused
from shops.importers.record import Rejected
from shops.importers.rejects import rejects_report


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_report_lists_id_name_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rejects.csv"
    with rejects_report(path) as write:
        write(Rejected("7", '某咖啡, "一店"', "no coordinates"))
    assert rows(path) == [["id", "name", "reason"], ["7", '某咖啡, "一店"', "no coordinates"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_spreadsheet_finds_no_formula(tmp_path: Path, start: str) -> None:
    with rejects_report(tmp_path / "rejects.csv") as write:
        write(Rejected("", f"{start}1+1", ""))
    assert rows(tmp_path / "rejects.csv")[1][1] == f"'{start}1+1"


def test_without_rejects_there_is_no_report(tmp_path: Path) -> None:
    with rejects_report(tmp_path / "rejects.csv"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_fails_leaves_no_half_report(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of the import before")

    def fail() -> None:
        with rejects_report(path) as write:
            write(Rejected("7", "某咖啡", "no coordinates"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["of the import before"]


def test_a_place_that_cannot_be_written_is_told_before_the_import_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImportRefused, match="cannot write the report"), rejects_report(tmp_path / "file" / "r.csv"):
        pytest.fail("the import started")
