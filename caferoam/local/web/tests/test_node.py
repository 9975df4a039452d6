import json
from pathlib import Path

import pytest

from caferoam.local.stack import CHECKOUT
from caferoam.local.web.node import OLDEST, Node, NodeMissing


def program(folder: Path, name: str, says: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v24.1.0"])
def test_a_node_that_is_new_enough_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    node, npm = program(tmp_path, "node", version), program(tmp_path, "npm", "11.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Node.find() == Node(node, npm)


@pytest.mark.parametrize(
    ("version", "said"),
    [("v18.20.0", "this one is v18.20.0"), ("v20.18.9", "this one is v20.18.9"), ("''", "this one is broken")],
)
def test_another_one_is_named_with_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    program(tmp_path, "node", version)
    program(tmp_path, "npm", "11.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeMissing, match=rf"20\.19 or newer.*{said}"):
        Node.find()


def test_where_there_is_none_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeMissing, match=r"is not installed.*nodejs\.org"):
        Node.find()
    program(tmp_path, "node", "v24.0.0")
    with pytest.raises(NodeMissing, match="npm is not installed"):
        Node.find()


def test_the_oldest_is_the_one_that_package_json_names() -> None:
    engines = json.loads((CHECKOUT / "package.json").read_text())["engines"]
    assert engines["node"] == f">={OLDEST[0]}.{OLDEST[1]}"
