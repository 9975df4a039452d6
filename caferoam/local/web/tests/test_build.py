"""Builds with a stand-in for npm, which notes what it was asked and makes what ``next build`` would make."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from caferoam.local.stack import CHECKOUT
from caferoam.local.web.build import BuildFailed, WebBuilds, build_environment, source_hash
from caferoam.local.web.node import Node
from caferoam.local.web.packages import are_installed

NPM = """#!/bin/sh
echo "$@" >> asked
case "$1" in
install) mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json ;;
run) [ ! -e app/broken ] && rm -rf .next && mkdir -p .next/static/chunks .next/standalone/.next &&
    cp app/page.tsx .next/standalone/server.js && touch .next/static/chunks/page.js ;;
esac
"""


def lock_file(**versions: str) -> str:
    packages = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    return json.dumps({"packages": {"": {"version": "0.0.0"}, **packages}})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "app" / "_lib").mkdir(parents=True)
    (tmp_path / "app" / "page.tsx").write_text("first")
    for name in ("package.json", "next.config.ts", "tsconfig.json", ".npmrc"):
        (tmp_path / name).write_text(name)
    (tmp_path / "package-lock.json").write_text(lock_file(next="16.0.0"))
    return tmp_path


@pytest.fixture
def node(tmp_path: Path) -> Node:
    npm = tmp_path / "npm"
    npm.write_text(NPM)
    npm.chmod(0o755)
    return Node("node", str(npm))


def asked(checkout: Path) -> list[str]:
    return [line.split()[0] for line in (checkout / "asked").read_text().splitlines()]


def served(checkout: Path) -> str:
    build = WebBuilds(checkout).last()
    build.release()
    assert (build.folder / ".next" / "static" / "chunks" / "page.js").exists()
    return (build.folder / "server.js").read_text()


def test_sources_that_stay_the_same_are_built_once(checkout: Path, node: Node) -> None:
    for _ in range(2):
        WebBuilds(checkout).build(node)
    assert asked(checkout) == ["install", "run"]
    assert served(checkout) == "first"


def test_changed_sources_are_built_anew_and_packages_stay(checkout: Path, node: Node) -> None:
    WebBuilds(checkout).build(node)
    (checkout / "app" / "page.tsx").write_text("second")
    WebBuilds(checkout).build(node)
    assert asked(checkout) == ["install", "run", "run"]
    assert served(checkout) == "second"


def test_a_build_that_runs_stays_and_one_that_does_not_goes(checkout: Path, node: Node) -> None:
    builds = WebBuilds(checkout)
    builds.build(node)
    running = builds.last()
    for content in ("second", "third"):
        (checkout / "app" / "page.tsx").write_text(content)
        builds.build(node)
    assert (running.folder / "server.js").read_text() == "first"
    assert sum(path.is_dir() for path in (checkout / ".web").iterdir()) == 2, "the second one was run by nobody"
    running.release()
    (checkout / "app" / "page.tsx").write_text("fourth")
    builds.build(node)
    assert not running.folder.exists()
    assert served(checkout) == "fourth"


def test_what_does_not_build_is_an_error_and_the_last_build_is_not_taken_for_it(checkout: Path, node: Node) -> None:
    WebBuilds(checkout).build(node)
    (checkout / "app" / "broken").touch()
    with pytest.raises(BuildFailed):
        WebBuilds(checkout).build(node)
    (checkout / "app" / "broken").unlink()
    WebBuilds(checkout).build(node)
    assert asked(checkout) == ["install", "run", "run"]


def test_two_who_build_at_once_take_turns(checkout: Path, node: Node) -> None:
    code = (
        "import sys; from pathlib import Path; from caferoam.local.web.build import WebBuilds;"
        " from caferoam.local.web.node import Node; WebBuilds(Path(sys.argv[1])).build(Node('node', sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(checkout), node.npm]
    both = [subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    assert asked(checkout) == ["install", "run"]


@pytest.mark.parametrize("name", ["app/page.tsx", "app/_lib/new.ts", "package-lock.json", "next.config.ts", ".npmrc"])
def test_the_hash_tells_of_each_source(checkout: Path, name: str) -> None:
    before = source_hash(checkout)
    (checkout / name).write_text("otherwise")
    assert source_hash(checkout) != before


def test_the_hash_tells_of_a_new_name_and_not_of_tests(checkout: Path) -> None:
    before = source_hash(checkout)
    (checkout / "app" / "_lib" / "proxy.test.ts").write_text("expect(1).toBe(1)")
    assert source_hash(checkout) == before
    (checkout / "app" / "page.tsx").rename(checkout / "app" / "layout.tsx")
    assert source_hash(checkout) != before


def test_packages_count_as_installed_when_all_that_is_pinned_is_there(checkout: Path) -> None:
    (checkout / "node_modules").mkdir()
    pinned, present = checkout / "package-lock.json", checkout / "node_modules" / ".package-lock.json"
    assert not are_installed(checkout)
    present.write_text(lock_file(next="16.0.0"))
    assert are_installed(checkout)
    pinned.write_text(lock_file(next="16.0.1"))
    assert not are_installed(checkout)
    pinned.write_text(lock_file(next="16.0.0", react="19.0.0"))
    assert not are_installed(checkout)
    pinned.write_text(lock_file())
    assert not are_installed(checkout), "what is pinned no more is there"


def test_what_only_one_platform_needs_may_be_absent_or_there_without_a_pin(checkout: Path) -> None:
    (checkout / "node_modules").mkdir()
    pinned, present = checkout / "package-lock.json", checkout / "node_modules" / ".package-lock.json"
    one, all_of_them = lock_file(next="16.0.0"), json.loads(lock_file(next="16.0.0", fsevents="2.3.3"))
    all_of_them["packages"]["node_modules/fsevents"]["optional"] = True
    for there, wanted in ((one, all_of_them), (all_of_them, one)):
        present.write_text(there if isinstance(there, str) else json.dumps(there))
        pinned.write_text(wanted if isinstance(wanted, str) else json.dumps(wanted))
        assert are_installed(checkout)


def test_nothing_of_one_stack_gets_into_a_build_for_all() -> None:
    shell = {"PATH": os.defpath, "SUPABASE_URL": "https://x", "MAP_STYLE_URL": "https://y", "WEB_URL": "https://z"}
    assert build_environment(shell) == {"PATH": os.defpath, "NEXT_TELEMETRY_DISABLED": "1"}
