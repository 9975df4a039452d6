"""What somebody would try who wants more than is theirs, on every route there is."""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.conf import settings

from caferoam.testing.database import ApiClient
from caferoam.testing.tokens import SignToken
from tests.identity.attacks import PROOFS
from tests.identity.belongings import Belongings
from tests.identity.routes import ROUTES, Call, Public
from tests.identity.rows import rows_of
from tests.identity.sending import Send
from tests.identity.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("storage_settings")]

MEMBERS: Final = {name: call for name, call in ROUTES.items() if isinstance(call, Call)}
WRITES: Final = {name: call for name, call in MEMBERS.items() if call.body}
READS: Final = {name: call for name, call in MEMBERS.items() if name.startswith("GET ")}
PAGES: Final = ("/lists/{list}?limit=1", "/checkins?limit=1", "/stamps?limit=1", "/stamps?group=shop&limit=1")
"""Everything of a member's that has cursors."""

# What is decided elsewhere, whatever a body says.
NOT_THEIRS_TO_SAY: Final[dict[str, object]] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "user_id": "00000000-0000-4000-8000-000000000000",
    "owner": "00000000-0000-4000-8000-000000000000",
    "is_admin": True,
    "is_staff": True,
    "role": "admin",
    "roles": ["admin"],
    "status": "ready",
    "path": "x",
    "bucket": "exports",
    "slot": 1,
    "position": 1,
    "counts": {"check_ins": 9},
    "check_ins": 9,
    "pdpa_consent_at": "2026-01-01T00:00:00Z",
    "deactivated_at": None,
    "purge_after": "2026-01-01T00:00:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "stamp": {},
    "design_url": "/stamps/x.svg",
    "idempotency_key": "x",
    "request_hash": "x",
    "__proto__": {},
    "constructor": {},
    "class": "x",
    "%s": 1,
    "name__in": [],
    "_state": {},
}


@pytest.mark.parametrize("name", WRITES)
def test_a_body_decides_nothing_that_is_not_the_members_to_say(
    world: World, hers: Belongings, send: Send, name: str
) -> None:
    call, verb = WRITES[name], name.split(maxsplit=1)[0]
    before = rows_of(world, hers)
    for field, value in NOT_THEIRS_TO_SAY.items():
        response = send(call, verb, of=hers, who=hers.member, and_field=(field, value))
        assert response.status_code == 400, (field, response.content)
        assert field in json.loads(response.content)["errors"]
    assert rows_of(world, hers) == before


@pytest.mark.parametrize("name", ROUTES)
def test_a_parameter_names_no_other_member_and_is_never_passed_over(
    world: World, hers: Belongings, his: Belongings, send: Send, name: str
) -> None:
    call, verb = ROUTES[name], name.split(maxsplit=1)[0]
    if isinstance(call, Public) and call.ignores_parameters:
        pytest.skip("It answers any scraper, mail program or webhook, whatever that adds.")
    before = rows_of(world, hers)
    of = his if isinstance(call, Call) else hers
    for parameter in (f"user_id={hers.member.user_id}", "ordering=-user_id", "is_admin=true", "format=api", "fields=*"):
        response = send(call, verb, of=of, who=his.member, and_query=parameter)
        assert response.status_code == 400, (parameter, response.content)
        assert list(json.loads(response.content)["errors"]) == [parameter.partition("=")[0]]
    assert rows_of(world, hers) == before


@pytest.mark.parametrize("name", MEMBERS)
def test_a_token_counts_in_its_header_alone(world: World, hers: Belongings, sign_token: SignToken, name: str) -> None:
    call, verb = MEMBERS[name], name.split(maxsplit=1)[0]
    token = sign_token(hers.member)
    before = rows_of(world, hers)
    where, _, query = call.path(hers).partition("?")
    client = ApiClient()
    for cookie in ("sb-access-token", "access_token", "Authorization", "sessionid"):
        client.cookies[cookie] = token
    for header in (
        {"X-Authorization": f"Bearer {token}"},
        {"Proxy-Authorization": f"Bearer {token}"},
        {"apikey": token},
        {"X-User-Id": str(hers.member.user_id), "X-Role": "service_role"},
        {"Remote-User": str(hers.member.user_id)},
        {"X-HTTP-Method-Override": verb, "X-Forwarded-User": str(hers.member.user_id)},
    ):
        response = client.generic(
            verb, f"{where}?{query}&access_token={token}&token={token}", json.dumps({"access_token": token}),
            content_type="application/json", headers=header,
        )  # fmt: skip
        assert response.status_code == 401, header
        assert token not in response.content.decode()
    assert rows_of(world, hers) == before


@pytest.mark.parametrize("name", READS)
def test_asking_for_the_head_alone_tells_no_more(hers: Belongings, his: Belongings, send: Send, name: str) -> None:
    call = READS[name]
    assert send(call, "HEAD", of=hers, who=None).status_code == 401
    assert send(call, "HEAD", of=hers, who=his.member).status_code == call.stranger
    assert send(call, "HEAD", of=hers, who=hers.member).status_code == call.owner


def test_a_verb_cannot_be_smuggled_past_its_route(world: World, hers: Belongings, sign_token: SignToken) -> None:
    before = rows_of(world, hers)
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        ApiClient().get(
            f"/lists/{hers.list}?_method=DELETE",
            headers={"Authorization": f"Bearer {sign_token(hers.member)}", header: "DELETE"},
        )
    assert rows_of(world, hers) == before


@pytest.fixture
def read(sign_token: SignToken) -> Callable[[Belongings, str], Any]:
    """Asks for a path as that member."""

    def read(who: Belongings, path: str) -> Any:
        return ApiClient().get(path, headers={"Authorization": f"Bearer {sign_token(who.member)}"})

    return read


@pytest.fixture
def more(world: World, hers: Belongings) -> None:
    """She has a second of everything, so that her lists have a second page."""
    owner, who = world.owner, hers.member.user_id
    owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, 'checkin_photo', 'image/jpeg', 9)",
        [who],
    )
    owner.execute(
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids) SELECT %(who)s, %(shop)s, ARRAY[id] FROM uploads"
        " WHERE user_id = %(who)s AND purpose = 'checkin_photo' AND status = 'pending' AND id <> %(kept)s",
        {"who": who, "shop": hers.cafes.another, "kept": hers.photo},
    )
    owner.execute(
        "INSERT INTO list_items (list_id, shop_id, position) VALUES (%s, %s, 2)", [hers.list, hers.cafes.another]
    )


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("more")
def test_a_cursor_leads_nobody_to_what_is_not_theirs(
    hers: Belongings, his: Belongings, read: Callable[[Belongings, str], Any], page: str
) -> None:
    cursor = read(hers, page.format(list=hers.list)).json()["next_cursor"]
    assert read(hers, f"{page.format(list=hers.list)}&cursor={quote(cursor)}").status_code == 200
    for path in (page.format(list=hers.list), page.format(list=his.list)):
        response = read(his, f"{path}&cursor={quote(cursor)}")
        told = response.content.decode()
        assert response.status_code in {200, 400, 404}, told
        assert not [trace for trace in hers.traces if trace in told]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("more")
def test_a_cursor_that_was_tampered_with_is_refused(
    hers: Belongings, read: Callable[[Belongings, str], Any], page: str
) -> None:
    path = page.format(list=hers.list)
    cursor = read(hers, path).json()["next_cursor"]
    head, _, signature = cursor.rpartition(":")
    forged = (
        cursor[:-1],
        f"x{cursor}",
        # Signatures are random letters, so a fixed one would now and then be the one that stood there.
        f"{head}:{signature[0].swapcase() if signature[0].isalpha() else 'Z'}{signature[1:]}",
        f"{'X' if head[0] != 'X' else 'Y'}{head[1:]}:{signature}",
        head,
        f"{head}:",
        f":{signature}",
        f"{cursor}:{signature}",
        "' OR 1=1 --",
        "\x00",
        "😀" * 50,
        "9" * 4_001,
    )
    for wrong in forged:
        response = read(hers, f"{path}&cursor={quote(wrong)}")
        assert response.status_code == 400, (wrong, response.content)
        assert list(response.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("limit", ["1000000000", "0", "-1", "1e9", "9" * 400, "NaN", "١"])
def test_a_page_is_never_larger_than_we_say(
    hers: Belongings, read: Callable[[Belongings, str], Any], page: str, limit: str
) -> None:
    response = read(hers, page.format(list=hers.list).replace("limit=1", f"limit={quote(limit)}"))
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["limit"]


def test_an_id_of_one_kind_opens_nothing_of_another(
    world: World, hers: Belongings, read: Callable[[Belongings, str], Any]
) -> None:
    ids = (hers.member.user_id, hers.claimed, hers.check_in, hers.stamp, hers.list, hers.item, hers.export, hers.role)
    right = {("uploads", hers.claimed), ("checkins", hers.check_in), ("lists", hers.list)}
    found = {
        (kind, known): read(hers, f"/{kind}/{known}").status_code
        for kind in ("uploads", "checkins", "lists", "shops")
        for known in ids
    }
    assert found == {key: 200 if key in right else 404 for key in found}


@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
def test_a_cafe_is_not_reached_through_another_members_list(
    world: World, hers: Belongings, his: Belongings, sign_token: SignToken, verb: str
) -> None:
    """The café is on his list too; that does not open hers."""
    before = rows_of(world, hers)
    response = ApiClient().generic(
        verb,
        f"/lists/{hers.list}/shops/{his.cafes.listed}",
        json.dumps({"note": "his"}) if verb == "PATCH" else "",
        content_type="application/json",
        headers={"Authorization": f"Bearer {sign_token(his.member)}"},
    )
    assert response.status_code == 404
    assert rows_of(world, hers) == before


def test_what_a_token_says_beside_its_claims_of_ours_gives_nothing(
    world: World, hers: Belongings, his: Belongings, sign_token: SignToken
) -> None:
    claims: list[dict[str, object]] = [
        {"user_metadata": {"role": "admin", "sub": str(hers.member.user_id)}},
        {"user_metadata": {"name": "'; DROP TABLE lists; -- $$ %s \\ 😀", "x": "\x00"}},
        {"user_metadata": {"bio": "x" * 4_000}},
        {"app_metadata": {"role": "service_role", "roles": ["admin"]}},
        {"user_id": str(hers.member.user_id), "uid": str(hers.member.user_id)},
        {"aal": "aal2"},
        {"email": hers.member.email},
    ]
    before = rows_of(world, hers)
    for extra in claims:
        response = ApiClient().get("/lists", headers={"Authorization": f"Bearer {sign_token(his.member, **extra)}"})
        told = response.content.decode()
        assert response.status_code == 200, told
        assert his.mark in told
        assert not [trace for trace in hers.traces if trace in told]
    assert rows_of(world, hers) == before


@pytest.mark.parametrize(
    "path", ["/admin/", "/login/", "/static/admin/css/base.css", "/accounts/profile/", "/rest/v1/lists"]
)
def test_nothing_but_the_api_is_served_here(sign_token: SignToken, hers: Belongings, path: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {sign_token(hers.member)}"}):
        response = ApiClient().get(path, headers=headers)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


def test_every_attack_we_know_of_has_its_proof() -> None:
    missing = [
        (attack, proof) for attack, proofs in PROOFS.items() for proof in proofs if not is_there(*proof.split("::"))
    ]
    assert missing == []
    assert not is_there("tests/identity/test_attacks.py", "test_that_nobody_wrote")


def is_there(file: str, test: str) -> bool:
    path = settings.BASE_DIR / file
    return path.is_file() and re.search(rf"^ *def {test}\(", path.read_text(), re.MULTILINE) is not None
