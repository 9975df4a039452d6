"""Does in plain folders what a Dockerfile says, as far as ours say it.

Each stage gets a folder for the image's root; paths below ``/app`` and ``/venv`` are those in it, anything else is the
machine's own. So the base image's Python and Node are the machine's, and nothing may need more of the base than those.
What a Dockerfile says beyond the words known here is an error, not ignored.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.images.context import Context

_OWN_FOLDER: Final = re.compile(r"(?<![\w./])/(?=(?:app|venv)(?:[/:]|$))")
_SAID_OF_THE_IMAGE: Final = {"EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "USER", "CMD"}


class BuildError(Exception):
    """There is no image."""


@dataclass(frozen=True)
class Instruction:
    """One of a Dockerfile: its word, and what follows."""

    word: str
    rest: str

    def argv(self) -> list[str]:
        """Of a command in exec form, which ours all have: no shell stands between a signal and the process."""
        return list(json.loads(self.rest[self.rest.index("[") :]))


def instructions(dockerfile: Path) -> Iterator[Instruction]:
    """All of them in their order, continued lines joined."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield Instruction(word, rest.strip())


@dataclass
class Stage:
    """An image as far as it is built. ``said`` has what is not done but told to whoever runs it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    said: dict[str, Instruction] = field(default_factory=dict)

    def path(self, inside: str) -> Path:
        """Where a path of the image is; relative ones start in the current folder."""
        return Path(f"{self.root}{inside if inside.startswith('/') else f'{self.folder}/{inside}'}")

    def outside(self, text: str) -> str:
        """The text with the image's own folders as they are called here."""
        return _OWN_FOLDER.sub(f"{self.root}/", text)

    def variables(self, base: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process in it."""
        known = dict(base)
        for name, value in self.environment.items():
            known[name] = re.sub(r"\$(\w+)", lambda match: known.get(match[1], ""), self.outside(value))
        return known

    def argv(self, word: str = "CMD") -> list[str]:
        """The command that the image says it runs."""
        return [self.outside(argument) for argument in self.said[word].argv()]


def build(dockerfile: Path, context: Context, to: Path, *, base: Mapping[str, str]) -> Stage:
    """Do what it says; the last stage. ``base`` is the environment of the base images, with their programs on its PATH.

    Raises:
        BuildError: it says something that is not understood here, or a command of it failed.
    """
    context.copy(to / "context")
    stages: dict[str, Stage] = {}
    stage = Stage(to)
    for instruction in instructions(dockerfile):
        match instruction.word:
            case "FROM":
                name = instruction.rest.partition(" AS ")[2] or "image"
                stage = stages[name] = Stage(to / name)
            case "WORKDIR":
                stage.folder = instruction.rest
                stage.path(".").mkdir(parents=True, exist_ok=True)
            case "ENV":
                stage.environment |= dict(word.split("=", 1) for word in shlex.split(instruction.rest))
            case "ARG":
                name, _, default = instruction.rest.partition("=")
                stage.environment[name] = default.strip('"')
            case "COPY":
                _copy(instruction, stage, stages, to / "context")
            case "RUN":
                argv = [stage.outside(argument) for argument in instruction.argv()]
                done = subprocess.run(
                    argv, cwd=stage.path("."), env=stage.variables(base), capture_output=True, text=True, check=False
                )
                if done.returncode:
                    raise BuildError(f"{instruction.rest}\n{done.stdout}{done.stderr}")
            case word if word in _SAID_OF_THE_IMAGE:
                stage.said[word] = instruction
            case word:
                raise BuildError(f"{dockerfile.name} says {word}, which this does not know how to do")
    return stage


def _copy(instruction: Instruction, stage: Stage, stages: Mapping[str, Stage], context: Path) -> None:
    *sources, target = instruction.rest.split()
    start: Stage | None = None
    if sources[0].startswith("--from="):
        start = stages[sources.pop(0).removeprefix("--from=")]
    for source in sources:
        origin = start.path(source) if start else context / source
        place = stage.path(target)
        if origin.is_dir():
            # Links save the time and the room of a second copy: nothing here is written to twice.
            how = os.link if start else shutil.copy2
            shutil.copytree(origin, place, symlinks=True, dirs_exist_ok=True, copy_function=how)
        else:
            place = place / origin.name if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin, place)
