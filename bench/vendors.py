"""``python -m bench vendors``: all cafés described and embedded by vendors that answer after 50 ms.

Twice: by vendors that always answer, and by vendors that fail once in five times in every way they can. The vendors are
the tests' stand-ins for Anthropic and OpenAI; the processes are those of ``make run``. Ends with an error where a job
does not end completed, an answer of use is paid for twice, or the ledger differs from the vendors' own count.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import django
import psycopg

from bench.dataset import cafes
from bench.memory import python_memory
from bench.results import Result, show
from bench.stack import RunningStack, running_stack
from caferoam.testing import anthropic, openai
from caferoam.testing.anthropic import AnthropicStub
from caferoam.testing.openai import OpenAIStub

ANSWER_AFTER_S = 0.05
FAILING = 0.2
SEED = 20
_WITHIN_S = 1800
_LEFT = "SELECT count(*) FROM job_queue WHERE status IN ('pending', 'claimed')"
_ENDS = "SELECT job_type, status, count(*), sum(attempts) FROM job_queue GROUP BY 1, 2 ORDER BY 1, 2"
_SPENT = (
    "SELECT count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(usd), 0)"
    " FROM llm_usage WHERE provider = %s"
)
# What an operator does who presses "Resume" and "Run now": the waits between attempts are not what is measured.
_IMPATIENCE = (
    "UPDATE job_lanes SET paused_until = NULL WHERE paused_until > now()",
    "UPDATE job_queue SET scheduled_at = now() WHERE status = 'pending' AND scheduled_at > now()",
)


def main(arguments: list[str]) -> None:
    """Both runs, each in a process of its own, since settings are read once; or with ``--failing`` that one alone."""
    parser = argparse.ArgumentParser(prog="python -m bench vendors")
    parser.add_argument("--failing", type=float, metavar="SHARE", help="one run, in which so many requests fail")
    parser.add_argument("--patient", action="store_true", help="let pauses and retries take the time they take")
    options = parser.parse_args(arguments)
    if options.failing is not None:
        show(_run(options.failing, patient=options.patient))
        return
    for failing in (0.0, FAILING):
        again = [sys.executable, "-m", "bench", "vendors", "--failing", str(failing), *arguments]
        if subprocess.run(again, check=False).returncode:
            sys.exit(1)


def _run(failing: float, *, patient: bool) -> list[Result]:
    name = "failing_vendors" if failing else "vendors"
    with ExitStack() as stack:
        describer, embedder = stack.enter_context(AnthropicStub()), stack.enter_context(OpenAIStub())
        describer.delay_s = embedder.delay_s = ANSWER_AFTER_S
        if failing:
            describer.fail_at_random(failing, seed=SEED)
            embedder.fail_at_random(failing, seed=SEED)
        os.environ |= {
            "LLM_PROVIDER": "anthropic",
            "ANTHROPIC_API_KEY": anthropic.KEY,
            "ANTHROPIC_BASE_URL": describer.url,
            "EMBEDDINGS_PROVIDER": "openai",
            "OPENAI_API_KEY": openai.KEY,
            "OPENAI_BASE_URL": embedder.base_url,
        }
        running = stack.enter_context(running_stack())
        django.setup()
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        from shops.importers.cafenomad import import_cafenomad  # noqa: PLC0415 - imports models, for which Django must be set up

        import_cafenomad(str(cafes(Path(folder))[0]))
        taken_s, first_mb, peak_mb = _watch(running, hurried=bool(failing) and not patient)
        return [
            Result(f"{name}_all_s", taken_s, "s"),
            Result(f"{name}_worker_peak_mb", peak_mb, "MB", first_mb, peak_mb / first_mb),
            *_account(name, running, describer, embedder),
        ]


def _watch(running: RunningStack, *, hurried: bool) -> tuple[float, float, float]:
    """Seconds until nothing is left, and the worker's memory after the first tenth of the work and at its peak."""
    start = time.monotonic()
    first_mb = peak_mb = 0.0
    most = 0
    with psycopg.connect(running.stack.database_urls["worker"], autocommit=True) as connection:
        while left := _number(connection, _LEFT):
            most = max(most, left)
            held_mb = sum(python_memory(running)["worker"].values())
            if left > most * 0.9 or not first_mb:
                first_mb = max(first_mb, held_mb)
            peak_mb = max(peak_mb, held_mb)
            if hurried:
                for statement in _IMPATIENCE:
                    connection.execute(statement.encode())
            if time.monotonic() - start > _WITHIN_S:
                sys.exit(f"{left} jobs are still not done after {_WITHIN_S} s.")
            time.sleep(0.5)
    return time.monotonic() - start, first_mb, peak_mb


def _account(name: str, running: RunningStack, describer: AnthropicStub, embedder: OpenAIStub) -> list[Result]:
    """What was asked, attempted and paid; a complaint where it is not as it must be."""
    with psycopg.connect(running.stack.database_urls["worker"]) as connection:
        ends = connection.execute(_ENDS).fetchall()
        ledger = {
            provider: tuple(connection.execute(_SPENT, [provider]).fetchone() or ())
            for provider in ("anthropic", "openai")
        }
    print(f"\n{name}: jobs {ends}")
    print(f"  Anthropic met {dict(describer.met) or 'no failure'}, OpenAI {dict(embedder.met) or 'no failure'}")
    billed = describer.billed
    tokens_in = billed.tokens_in + billed.cache_writes + billed.cache_reads
    attempts = {kind: int(total) for kind, _, _, total in ends}
    jobs = {kind: count for kind, _, count, _ in ends}
    used = {"enrich_shop": describer.described.total(), "generate_embedding": embedder.embedded.total()}
    complaints = [f"{count} {kind} jobs ended {status}" for kind, status, count, _ in ends if status != "completed"]
    # One of use for each shop and no more; two shops may read alike, so texts alone would not tell.
    complaints += [
        f"{used[kind]} answers of use for {jobs[kind]} {kind} jobs" for kind in used if used[kind] != jobs[kind]
    ]
    if ledger["anthropic"][:3] != (billed.calls, tokens_in, billed.tokens_out):
        complaints.append(f"the ledger has {ledger['anthropic']}, Anthropic {billed}")
    if (*ledger["openai"][:2], ledger["openai"][3]) != (
        embedder.billed.calls,
        embedder.billed.tokens,
        embedder.billed.usd.quantize(Decimal("1e-9")),
    ):
        complaints.append(f"the ledger has {ledger['openai']}, OpenAI {embedder.billed}")
    if complaints:
        sys.exit("\n".join(complaints))
    return [
        Result(
            f"{name}_describing_calls", billed.calls, "calls", jobs["enrich_shop"], billed.calls / jobs["enrich_shop"]
        ),
        Result(f"{name}_embedding_calls", embedder.billed.calls, "calls"),
        *(
            Result(f"{name}_{kind}_attempts", attempts[kind], "attempts", jobs[kind], attempts[kind] / jobs[kind])
            for kind in ("enrich_shop", "generate_embedding")
        ),
        Result(f"{name}_usd", float(ledger["anthropic"][3] + ledger["openai"][3]), "USD"),
    ]


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row
    return int(row[0])
