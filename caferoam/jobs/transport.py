"""kombu's Redis transport, less one thing that it does when a connection is closed."""

from kombu.transport import redis


class Channel(redis.Channel):
    """A channel that leaves the messages it was given alone when it closes.

    kombu would push them back, to be fetched again. Here the row brings a job back, so that is of no use; and when the
    server is gone, it ends the whole worker: after a first close that failed halfway, a second one looks for an address
    on a transport that has none any more (kombu 5.7.0, if the worker had a job in its hands and a place free).
    """

    do_restore = False


class Transport(redis.Transport):
    """What ``redis://`` and ``rediss://`` mean once ``caferoam.celery`` is imported."""

    Channel = Channel
