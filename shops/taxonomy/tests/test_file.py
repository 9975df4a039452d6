from pathlib import Path

import pytest

from shops.taxonomy.file import TaxonomyError, file_definitions

SOUND = """
[quiet]
number = 2
dimension = "ambience"
label = "Quiet"
label_zh = "安靜"
aliases = ["清幽", "calm"]
complement = "lively"

[lively]
number = 1
dimension = "ambience"
label = "Lively"
label_zh = "熱鬧"
avoid_aliases = ["吵"]
"""


def errors_of(tmp_path: Path, text: str) -> dict[str, list[str]]:
    file = tmp_path / "taxonomy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        file_definitions(file)
    assert all(where in str(caught.value) for where in caught.value.errors)
    return caught.value.errors


def test_tags_come_by_number_with_all_their_words(tmp_path: Path) -> None:
    file = tmp_path / "taxonomy.toml"
    file.write_text(SOUND, encoding="utf-8")
    lively, quiet = file_definitions(file)
    assert (lively.id, lively.number, lively.avoid_aliases, lively.complement) == ("lively", 1, ("吵",), None)
    assert (quiet.id, quiet.aliases, quiet.complement) == ("quiet", ("清幽", "calm"), "lively")
    assert quiet.names == ("Quiet", "安靜", "清幽", "calm")


@pytest.mark.parametrize(
    ("sound", "broken", "where", "problem"),
    [
        ("number = 2", "number = 1", "lively.number", "already belongs to quiet"),
        ("number = 2", "number = 0", "quiet.number", "from 1 to 1023"),
        ("number = 2", "number = 1024", "quiet.number", "from 1 to 1023"),
        ("number = 2", "number = true", "quiet.number", "whole number"),
        ("number = 2", 'number = "2"', "quiet.number", "whole number"),
        ("number = 2", "", "quiet.number", "is missing"),
        ('label = "Quiet"', "", "quiet.label", "is missing"),
        ('label = "Quiet"', 'label = " Quiet"', "quiet.label", "without blanks at its ends"),
        ('label_zh = "安靜"', 'label_zh = ""', "quiet.label_zh", "must be a text"),
        (
            'dimension = "ambience"\nlabel = "Quiet"',
            'dimension = "mood"\nlabel = "Quiet"',
            "quiet.dimension",
            "must be one",
        ),
        ("[quiet]", "[Quiet]", "Quiet", "snake_case"),
        ("[quiet]", "[quiet__]", "quiet__", "snake_case"),
        ('["清幽", "calm"]', '"清幽"', "quiet.aliases", "must be a list"),
        ('["清幽", "calm"]', '["清幽", ""]', "quiet.aliases", "must be a list"),
        ('["清幽", "calm"]', '["清幽", 3]', "quiet.aliases", "must be a list"),
        ('["清幽", "calm"]', '["靜"]', "quiet.aliases", "single character"),
        ('["清幽", "calm"]', '["ＣＡＬＭ", "calm"]', "quiet.aliases", "'calm' belongs to this tag already"),
        ('["清幽", "calm"]', '["LIVELY"]', "lively.label", "'Lively' belongs to quiet"),
        ('["清幽", "calm"]', '["吵"]', "lively.avoid_aliases", "'吵' belongs to quiet"),
        ('complement = "lively"', 'complement = "quiet"', "quiet.complement", "not its own"),
        ('complement = "lively"', 'complement = "loud"', "quiet.complement", "no tag 'loud'"),
        ('complement = "lively"', 'colour = "grey"', "quiet.colour", "is not a field"),
        (
            'dimension = "ambience"\nlabel = "Lively"',
            'dimension = "mode"\nlabel = "Lively"',
            "quiet.complement",
            "dimension",
        ),
    ],
)
def test_a_broken_rule_names_the_tag_and_the_field(
    tmp_path: Path, sound: str, broken: str, where: str, problem: str
) -> None:
    assert sound in SOUND
    errors = errors_of(tmp_path, SOUND.replace(sound, broken))
    assert problem in errors[where][0]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    errors = errors_of(tmp_path, SOUND.replace("number = 2", "number = -1").replace('label = "Lively"', ""))
    assert {"quiet.number", "lively.label"} <= errors.keys()


def test_a_value_outside_of_any_tag_is_refused(tmp_path: Path) -> None:
    assert "must be a table" in errors_of(tmp_path, "version = 1\n" + SOUND)["version"][0]


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in errors_of(tmp_path, "[quiet]\nnumber = \n")["taxonomy.toml"][0]


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"gone\.toml"):
        file_definitions(tmp_path / "gone.toml")
