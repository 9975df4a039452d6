"""``python -m bench``: start a stack, measure, print, write ``bench/results/latest.json``, stop the stack."""

import os
import sys
import tempfile
from pathlib import Path

import django

from bench.dataset import cafes
from bench.memory import idle_memory
from bench.results import Result, report
from bench.settle import until_idle
from bench.stack import running_stack


def main() -> None:
    """Measure in an order in which no part disturbs the next."""
    with running_stack() as stack, tempfile.TemporaryDirectory() as folder:
        django.setup()
        # These read the settings, which the stack has only now given their values.
        from bench.embedding import embed_vs_model  # noqa: PLC0415
        from bench.imports import import_vs_copy  # noqa: PLC0415
        from bench.jobs import commit_to_start  # noqa: PLC0415
        from bench.search import search_vs_sql  # noqa: PLC0415

        file, kind = cafes(Path(folder))
        results: list[Result] = []
        until_idle(stack)
        _say("memory while idle")
        results += idle_memory(stack)
        _say("commit to start")
        results += commit_to_start(stack)
        _say(f"import of {kind}")
        results += import_vs_copy(stack, file)
        _say("enrichment and embedding of what was imported")
        results.append(Result("enrich_and_embed_all", until_idle(stack), "s"))
        _say("search")
        results += search_vs_sql(stack)
        _say("embedding")
        results += embed_vs_model()
    report(results)


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    main()
