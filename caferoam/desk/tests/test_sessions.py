"""How long a session lasts, and what ends it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from caferoam.desk.middleware import LONGEST_SESSION, REFRESH_HEADER


def let_pass(client: Client, time: timedelta) -> None:
    """As if the client had done nothing for so long."""
    session = client.session
    renewed_at = session["renewed_at"] - time.total_seconds()
    Session.objects.filter(pk=session.session_key).update(
        session_data=session.encode({**dict(session.items()), "renewed_at": renewed_at}),
        expire_date=timezone.now() + timedelta(seconds=session.get_expiry_age()) - time,
    )


def ends_in(client: Client) -> timedelta:
    return Session.objects.get(pk=client.session.session_key).expire_date - timezone.now()


def test_a_session_ends_half_an_hour_after_the_last_thing_its_operator_did(admin: Client) -> None:
    assert timedelta(minutes=29) < ends_in(admin) <= timedelta(minutes=30)
    let_pass(admin, timedelta(minutes=29))
    assert admin.get("/").status_code == 200
    assert ends_in(admin) > timedelta(minutes=29)
    let_pass(admin, timedelta(minutes=31))
    assert admin.get("/").status_code == 302


def test_a_page_that_renews_itself_keeps_nobody_logged_in(admin: Client) -> None:
    let_pass(admin, timedelta(minutes=20))
    assert admin.get("/", headers={REFRESH_HEADER: "1"}).status_code == 200
    assert ends_in(admin) <= timedelta(minutes=10)


def test_no_session_outlasts_a_working_day(admin: Client) -> None:
    User.objects.update(last_login=timezone.now() - LONGEST_SESSION)
    let_pass(admin, timedelta(minutes=20))
    assert admin.get("/").status_code == 200
    assert ends_in(admin) <= timedelta(minutes=10)


@pytest.mark.slow
def test_a_login_clears_away_the_sessions_that_have_ended(admin: Client) -> None:
    let_pass(admin, timedelta(hours=1))
    User.objects.create_superuser("next", password="right and long enough")
    assert Client().post("/login/", {"username": "next", "password": "right and long enough"}).status_code == 302
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()] == [
        str(User.objects.get(username="next").pk)
    ]
