"""Procrastinate, in a database of its own on the stack's server. For each line on stdin it works until none is left."""

import asyncio
import os
import sys

import procrastinate

CONCURRENCY = 2

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["BENCH_DATABASE_URL"]))


@app.task(name="noop")
async def noop() -> None:
    """Nothing."""


async def main() -> None:
    """Say ``done`` after each run."""
    async with app.open_async():
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            await app.run_worker_async(wait=False, concurrency=CONCURRENCY, install_signal_handlers=False)
            print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
