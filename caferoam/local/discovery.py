"""How ``manage.py`` in a second terminal finds the stack of ``make run``, with the login that its command needs."""

import os
from collections.abc import MutableMapping, Sequence
from typing import Final

from caferoam.local.stack import OF_OTHER_STACKS, LocalFiles, Stack, is_running
from caferoam.processes import Login

# Whoever changes the schema must own it. `test` makes a database of its own.
_OWNER_COMMANDS: Final = frozenset(
    {
        "createcachetable",
        "dbshell",
        "flush",
        "inspectdb",
        "makemigrations",
        "migrate",
        "optimizemigration",
        "prepare_stack",
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "squashmigrations",
        "test",
        "testserver",
    }
)
# Whoever answers requests must have no more rights than the API in production.
_API_COMMANDS: Final = frozenset({"runserver"})


def login_for(arguments: Sequence[str]) -> Login:
    """The login that a Django command line (``["manage.py", "migrate", …]``) needs; the worker's for most commands."""
    command = arguments[1] if len(arguments) > 1 else ""
    if command in _OWNER_COMMANDS:
        return "owner"
    if command in _API_COMMANDS:
        return "api"
    return "worker"


def adopt_running_stack(
    arguments: Sequence[str],
    environment: MutableMapping[str, str] | None = None,
    files: LocalFiles | None = None,
) -> None:
    """Fill the environment in from the running stack, unless it already names a database.

    Call it before Django's settings are read. Where no stack runs it changes nothing, and the settings say what is
    missing. With DATABASE_URL all variables are the shell's; without it, all that decide who is spoken to are the
    stack's, because half of each would be neither.
    """
    environment = os.environ if environment is None else environment
    files = files or LocalFiles.here()
    if environment.get("DATABASE_URL") or not is_running(files):
        return
    try:
        stack = Stack.read(files.stack)
    except FileNotFoundError:  # it is still starting, or about to end
        return
    for name in [name for name in environment if name.startswith(OF_OTHER_STACKS)]:
        del environment[name]
    login = login_for(arguments)
    environment.update(stack.environment(login, with_secret_key=login != "api"))
    if list(arguments[1:2]) == ["dbshell"]:  # it starts psql, which came with the server
        environment["PATH"] = os.pathsep.join([stack.postgres_binaries, environment.get("PATH", os.defpath)])
