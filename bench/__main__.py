"""``python -m bench [jobs] [shops] [members]`` or ``vendors``: start a stack, measure, print, stop the stack.

All of it goes into ``bench/results/latest.json``; a part is only printed.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

from bench import vendors
from bench.claiming import claim_cost
from bench.dataset import cafes
from bench.memory import idle_memory, python_memory, worker_growth
from bench.results import Result, keep, show
from bench.settle import until_idle
from bench.stack import RunningStack, running_stack

PARTS = ("jobs", "shops", "members")


def main() -> None:
    """Measure in an order in which no part disturbs the next."""
    if sys.argv[1:2] == ["vendors"]:  # with stand-ins and stacks of its own
        vendors.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to measure; all, if not said")
    parts = parser.parse_args().part or PARTS
    results: list[Result] = []
    with running_stack() as stack:
        django.setup()
        until_idle(stack)
        if "jobs" in parts:
            results += _jobs(stack)
        if "shops" in parts:
            results += _shops(stack)
        if "members" in parts:
            results += _members(stack)
    show(results)
    if set(parts) == set(PARTS):
        keep(results)


def _jobs(stack: RunningStack) -> list[Result]:
    from bench.jobs import commit_to_start  # noqa: PLC0415 - its tasks read Django's settings as they are imported
    from bench.throughput import noop_throughput  # noqa: PLC0415 - reads REDIS_URL, of the running stack, as it is imported

    _say("memory while idle")
    idle = python_memory(stack)
    results = idle_memory(idle)
    _say("commit to start")
    results += commit_to_start(stack)
    _say("jobs that do nothing")
    results += noop_throughput(stack)
    results += worker_growth(idle, python_memory(stack))
    _say("claims from a full table")
    return results + claim_cost(stack)


def _shops(stack: RunningStack) -> list[Result]:
    from bench.directory import shops_vs_fastapi  # noqa: PLC0415 - imports models, for which Django must be set up
    from bench.embedding import embed_vs_model  # noqa: PLC0415 - imports models, for which Django must be set up
    from bench.imports import import_vs_copy  # noqa: PLC0415 - imports models, for which Django must be set up
    from bench.search import facets_vs_page, search_vs_sql  # noqa: PLC0415 - imports models, for which Django must be set up

    with tempfile.TemporaryDirectory() as folder:
        file, kind = cafes(Path(folder))
        _say(f"import of {kind}")
        results = import_vs_copy(stack, file)
    _say("enrichment and embedding of what was imported")
    results.append(Result("enrich_and_embed_all", until_idle(stack), "s"))
    _say("search and directory")
    results += search_vs_sql(stack)
    results += facets_vs_page(stack)
    results += shops_vs_fastapi(stack)
    _say("embedding")
    return results + embed_vs_model()


def _members(stack: RunningStack) -> list[Result]:
    from bench.lists import lists_vs_sql  # noqa: PLC0415 - imports models, for which Django must be set up

    _say("lists")
    return lists_vs_sql(stack)


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    main()
