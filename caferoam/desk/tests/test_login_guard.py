"""Who is told apart when passwords are guessed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from caferoam.desk.login_guard import ATTEMPTS, ATTEMPTS_OF_ADDRESS, LoginGuard

RIGHT = {"username": "guessed", "password": "right and long enough"}


@pytest.mark.slow
def test_guessing_a_password_is_stopped_and_another_address_is_not(db: None) -> None:
    User.objects.create_superuser(**RIGHT)
    guesser, owner = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    assert {guesser.post("/login/", RIGHT | {"password": "wrong"}).status_code for _ in range(ATTEMPTS)} == {200}
    refused = guesser.post("/login/", RIGHT)
    assert refused.status_code == 429
    assert "15 min" in refused.content.decode()
    assert owner.post("/login/", RIGHT).status_code == 302


@pytest.mark.slow
@pytest.mark.parametrize("spelling", [" guessed", "guessed\t", "\u3000guessed", "ｇuessed"])
def test_another_spelling_of_a_name_is_no_way_round(db: None, spelling: str) -> None:
    User.objects.create_superuser(**RIGHT)
    client = Client(REMOTE_ADDR="192.0.2.5")
    for _ in range(ATTEMPTS):
        client.post("/login/", RIGHT | {"password": "wrong"})
    assert client.post("/login/", RIGHT | {"username": spelling}).status_code == 429


@pytest.mark.slow
def test_a_login_that_works_forgets_the_failures(db: None) -> None:
    User.objects.create_superuser(**RIGHT)
    client = Client(REMOTE_ADDR="192.0.2.3")
    for _ in range(2):
        for _ in range(ATTEMPTS - 1):
            assert client.post("/login/", RIGHT | {"password": "wrong"}).status_code == 200
        assert client.post("/login/", RIGHT).status_code == 302
        client.logout()


def test_one_password_is_not_tried_on_every_name() -> None:
    answers = [LoginGuard(f"name {number}", "192.0.2.4").admit() for number in range(ATTEMPTS_OF_ADDRESS + 1)]
    assert answers == [True] * ATTEMPTS_OF_ADDRESS + [False]
