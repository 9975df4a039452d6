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
        for what, measure in (
            ("memory while idle", lambda: idle_memory(stack)),
            ("commit to start", lambda: commit_to_start(stack)),
            (f"import of {kind}", lambda: import_vs_copy(stack, file)),
        ):
            print(f"measuring {what} …", file=sys.stderr)
            results += measure()
        print("enriching and embedding what was imported …", file=sys.stderr)
        jobs_s = until_idle(stack)
        results.append(Result("enrich_and_embed_all_s", jobs_s, "s"))
        for what, measure in (
            ("search", lambda: search_vs_sql(stack)),
            ("embedding", embed_vs_model),
        ):
            print(f"measuring {what} …", file=sys.stderr)
            results += measure()
    report(results)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    main()
