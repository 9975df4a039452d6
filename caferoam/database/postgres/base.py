"""Django looks for ``DatabaseWrapper`` in a module of this name."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Tells without a round trip whether a kept connection still works.

    Django asks the server ``SELECT 1`` before the first statement of every request: a fifth of what a signed-in request
    asks it in all, and half of what a public page asks.
    """

    def is_usable(self) -> bool:
        """False for a connection that the server, or a proxy in between, has ended."""
        return self._is_idle_and_silent() or super().is_usable()

    def _is_idle_and_silent(self) -> bool:
        """Whether nothing has come on a connection that waits for nothing.

        Who ends a session says so and closes the socket: there is something to be read then. It may be less, such as
        word of a changed setting, so the server is asked. One that vanished without a word does not answer questions
        either: that is what the timeouts of the settings are for.
        """
        connection = self.connection
        if connection is None or self.errors_occurred or connection.closed:
            return False
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return not poll.poll(0)
