"""Mail as files: whole, in order, and nowhere but in their folder."""

import email
from email.policy import default
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.email import Mail, Rejected, Taken, get_mailer


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where the mail goes."""
    settings.EMAIL_PROVIDER = "offline"
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    return tmp_path / "mail"


def mail(to: str = "reader@example.org", **changed: str) -> Mail:
    texts = {"id": "mail-1", "subject": "本週咖啡廳", "html": "<p>好喝</p>", "text": "好喝", **changed}
    return Mail(to=to, headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}, **texts)


def test_a_mail_is_a_file_with_both_texts_and_all_headers(folder: Path) -> None:
    assert get_mailer().send_batch([mail()], idempotency_key="digest/7/0") == [Taken("offline-mail-1")]
    (file,) = folder.rglob("*.eml")
    assert file == folder / "digest-7-0" / "mail-1.eml"
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == "reader@example.org"
    assert message["From"] == "CafeRoam 啡遊 <weekly@caferoam.example>"
    assert message["Subject"] == "本週咖啡廳"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content().strip() for part in message.iter_parts()] == ["好喝", "<p>好喝</p>"]


def test_a_batch_that_is_sent_again_leaves_as_many_files(folder: Path) -> None:
    for _ in range(2):
        get_mailer().send_batch([mail(), mail(id="mail-2")], idempotency_key="key")
    assert len(list(folder.rglob("*.eml"))) == 2


@pytest.mark.parametrize("bad", ["", "nobody", "a@b\r\nBcc: c@d", "two words@example.org", "@"])
def test_what_is_no_address_is_rejected_and_the_others_are_written(folder: Path, bad: str) -> None:
    results = get_mailer().send_batch([mail(bad, id="bad"), mail()], idempotency_key="key")
    assert isinstance(results, list)
    assert [type(result) for result in results] == [Rejected, Taken]
    assert len(list(folder.rglob("*.eml"))) == 1


def test_names_lead_out_of_no_folder(folder: Path) -> None:
    get_mailer().send_batch([mail(id="../../outside")], idempotency_key="../../away")
    (file,) = folder.parent.rglob("*.eml")
    assert file.is_relative_to(folder)
    assert ".." not in file.relative_to(folder).parts
