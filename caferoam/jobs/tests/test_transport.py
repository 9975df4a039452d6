import pytest
import redis
from django.conf import settings

from caferoam.celery import app
from caferoam.jobs.transport import Channel, Transport


@pytest.mark.parametrize(("address", "is_secure"), [("redis://example.com/0", False), ("rediss://example.com/0", True)])
def test_the_transport_is_ours_and_a_secure_address_still_means_tls(address: str, *, is_secure: bool) -> None:
    with app.connection_for_write(address) as connection:
        assert isinstance(connection.transport, Transport)
        assert bool(connection.ssl) == is_secure


def test_redis_keeps_nothing_of_a_message_that_was_fetched_and_gets_none_back() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client, app.connection_for_read() as connection:
        client.flushdb()
        channel = connection.channel()
        assert isinstance(channel, Channel)
        with connection.SimpleQueue("fetching", channel=channel) as queue:
            queue.put("a message")
            assert queue.get(timeout=30).payload == "a message"
            assert not client.exists("fetching", "unacked", "unacked_index")
        channel.close()
        assert not client.exists("fetching", "unacked", "unacked_index")
