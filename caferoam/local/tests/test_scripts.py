"""The shell scripts before there is any Python to rely on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from caferoam.local.stack import CHECKOUT

pytestmark = pytest.mark.slow


def find_python(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script that has no .venv beside it, with nothing but ``path`` to find programs in."""
    script = path / "checkout" / "scripts" / "find-python"
    script.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(CHECKOUT / "scripts" / "find-python", script)
    return subprocess.run(
        ["/bin/sh", script, *options], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


def command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    command(tmp_path, "python3.14", "echo 'shim: version not installed' >&2; exit 127")
    command(tmp_path, "python3.13", f'exec {sys.executable} "$@"')
    found = find_python(tmp_path)
    assert (found.stdout, found.stderr, found.returncode) == (f"{sys.executable}\n", "", 0)


def test_a_shim_is_asked_for_the_version_that_it_is_named_after(tmp_path: Path) -> None:
    only_its_own = f'[ "$PYENV_VERSION" = 3.13 ] || exit 127; exec {sys.executable} "$@"'
    command(tmp_path, "python3.13", only_its_own)
    assert find_python(tmp_path).stdout == f"{sys.executable}\n"


def test_the_checkout_s_own_environment_is_good_enough_where_nothing_is_installed(tmp_path: Path) -> None:
    environment = tmp_path / "checkout" / ".venv" / "bin"
    environment.mkdir(parents=True)
    command(environment, "python", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path).stdout == f"{sys.executable}\n"
    assert find_python(tmp_path, "--for-venv").returncode == 1


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    old = 'case "$2" in *version_info*) exit 1;; esac'
    command(tmp_path, "python3", old)
    command(tmp_path, "uv", f"[ \"$*\" = 'python find >=3.12' ] && echo {sys.executable}")
    assert find_python(tmp_path).stdout == f"{sys.executable}\n"


def test_without_any_python_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert found.stdout == ""
    [line] = found.stderr.splitlines()
    assert "Python 3.12 or newer" in line
    assert "https://www.python.org/downloads/" in line


def test_a_python_without_pip_is_named_with_the_package_it_lacks(tmp_path: Path) -> None:
    itself = tmp_path / "python3.12"
    without_pip = f'case "$2" in *ensurepip*) exit 1;; *version_info*) echo {itself};; esac'
    command(tmp_path, "python3.12", without_pip)
    found = find_python(tmp_path, "--for-venv")
    assert found.returncode == 1
    [line] = found.stderr.splitlines()
    assert "python3.12-venv" in line
    assert find_python(tmp_path).returncode == 0  # good enough for what needs no installation


def test_reset_asks_first_and_then_removes_the_data(tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.mkdir()

    def reset(answer: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "caferoam.local", "reset"],
            cwd=CHECKOUT,
            env={**os.environ, "CAFEROAM_LOCAL_DIR": str(local)},
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    assert "nothing removed" in reset("\n")
    assert "nothing removed" in reset("")
    assert local.exists()
    assert "is gone" in reset("y\n")
    assert not local.exists()
    assert "nothing to remove" in reset("y\n")
