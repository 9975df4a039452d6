"""What members are told is open to all, complete in both languages, and says which version it is."""

import pytest
from pytest_django.fixtures import Settings

from accounts import consent
from caferoam.testing.database import ApiClient
from caferoam.testing.shapes import assert_as_described

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_text_is_told_to_anybody_in_both_languages(api: ApiClient, settings: Settings) -> None:
    settings.PRIVACY_CONTACT = "someone@example.test"
    for path in ("/auth/consent", "/auth/consent/"):
        response = api.get(path)
        assert response.status_code == 200
        assert api.queries == 0
        assert "public" in response["Cache-Control"]
        body = response.json()
        assert_as_described(body, "ConsentText")
        assert body["version"] == consent.VERSION
        assert list(body["notices"]) == ["zh-TW", "en"]
        assert "someone@example.test" in body["notices"]["zh-TW"]["sections"][0]["text"]
        assert "{" not in response.content.decode().replace('{"', "").replace("{}", "").replace("[{", "")
    assert api.get("/auth/consent?lang=zh").status_code == 400


def test_both_languages_tell_and_ask_the_same_things() -> None:
    told = {
        locale: (
            [(section.id, [item.id for item in section.items]) for section in notice.sections],
            [(question.kind, question.required) for question in notice.questions],
        )
        for locale, notice in consent.NOTICES.items()
    }
    assert told["zh-TW"] == told["en"]
    sections, questions = told["en"]
    assert [name for name, _ in sections] == [
        "collector",
        "purposes",
        "data",
        "period",
        "area",
        "recipients",
        "manner",
        "rights",
        "refusal",
    ], "what article 8 wants told"
    assert questions == [("service", True), ("weekly_email", False)]


def test_the_version_fits_where_it_is_kept() -> None:
    assert 0 < len(consent.VERSION) <= 40
