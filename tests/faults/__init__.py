"""Experiments that break things on purpose and look at what becomes of the jobs: ``make faults``.

Each experiment plays on real processes and servers of its own and sees them from outside: through SQL, through Redis
and through what handlers write into a file that outlives every server. A committed job must reach exactly one end
state, its effect must be there exactly once, and the queue must move again within a stated time.
"""
