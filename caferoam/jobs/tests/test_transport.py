import pytest
from django.conf import settings

from caferoam.celery import app
from caferoam.jobs.transport import Channel, Transport


def test_a_channel_keeps_its_client_until_its_connections_are_replaced() -> None:
    with app.connection_for_write() as connection, connection.channel() as channel:
        assert isinstance(channel, Channel)
        with channel.conn_or_acquire() as first, channel.conn_or_acquire() as again:
            assert first is again
            assert first.ping()
        channel._disconnect_pools()  # type: ignore[attr-defined]  # the stubs leave it out
        with channel.conn_or_acquire() as anew:
            assert anew is not first
            assert anew.ping()
        assert connection.as_uri(include_password=True).startswith(settings.REDIS_URL.removesuffix("/0"))


def test_a_closed_channel_refuses_as_a_lost_connection_does() -> None:
    with app.connection_for_write() as connection:
        channel = connection.channel()
        assert isinstance(channel, Channel)
        channel.close()
        with pytest.raises(connection.connection_errors, match="closed"), channel.conn_or_acquire():
            pass


def test_the_transport_is_ours_and_a_secure_address_still_means_tls() -> None:
    with app.connection_for_write("rediss://example.com/0") as connection:
        assert connection.transport_cls == "rediss"
        assert isinstance(connection.transport, Transport)
        assert connection.ssl
