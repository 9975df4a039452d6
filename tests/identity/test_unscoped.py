"""A view that forgets whose rows it may touch still touches nobody else's: the database looks as well."""

import pytest

from caferoam.testing.database import ApiClient
from caferoam.testing.tokens import SignToken
from tests.identity.belongings import Belongings
from tests.identity.faulty.urls import MODELS
from tests.identity.rows import rows_of
from tests.identity.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.urls("tests.identity.faulty.urls")]


def ask(sign_token: SignToken, verb: str, of: Belongings) -> dict[str, object]:
    response = ApiClient().generic(verb, "/unscoped", headers={"Authorization": f"Bearer {sign_token(of.member)}"})
    assert response.status_code == 200, response.content
    told: dict[str, object] = response.json()
    return told


def test_all_shows_only_what_is_the_members_own(hers: Belongings, his: Belongings, sign_token: SignToken) -> None:
    seen = {str(of.member.user_id): ask(sign_token, "GET", of)["seen"] for of in (hers, his)}
    for of in (hers, his):
        own = seen[str(of.member.user_id)]
        assert isinstance(own, dict)
        assert own.keys() == {model.__name__ for model in MODELS}
        assert all(own.values()), "there is something to be seen everywhere"
        assert own["CheckIn"] == [str(of.check_in)]
        assert own["ShopList"] == [str(of.list)]
        assert own["Profile"] == [str(of.member.user_id)]
    everything = [key for own in seen.values() if isinstance(own, dict) for keys in own.values() for key in keys]
    assert len(everything) == len(set(everything)), "they see nothing in common"


def test_update_changes_only_what_is_the_members_own(
    world: World, hers: Belongings, his: Belongings, sign_token: SignToken
) -> None:
    before = rows_of(world, hers)
    assert ask(sign_token, "PATCH", his) == {"Profile": 1, "ShopList": 1, "ListItem": 1}
    assert rows_of(world, hers) == before


def test_delete_takes_away_only_what_is_the_members_own(
    world: World, hers: Belongings, his: Belongings, sign_token: SignToken
) -> None:
    before = rows_of(world, hers)
    assert ask(sign_token, "DELETE", his) == {"CheckIn": 1, "ListItem": 1, "ShopList": 1}
    assert rows_of(world, hers) == before
    assert rows_of(world, his)["check_ins"] == "(None,)"
