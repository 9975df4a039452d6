"""People with an account, made by the same requests as the pages make."""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx
from PIL import ExifTags, Image
from playwright.sync_api import BrowserContext

from caferoam.local.process import wait_until
from tests.browser.stack import ANSWER_PATIENCE_S, WebStack

PASSWORD: Final = "correct horse battery"
_COOKIE: Final = "caferoam-session"
_CHUNK: Final = 3180
"""Characters of a cookie, as @supabase/ssr cuts them."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with an account at the stand-in for Supabase."""

    email: str
    session: dict[str, Any]

    @classmethod
    def sign_up(cls, stack: WebStack, email: str) -> Self:
        answer = httpx.post(
            f"{stack.supabase}/auth/v1/signup",
            json={"email": email, "password": PASSWORD},
            headers={"apikey": stack.supabase_publishable_key},
            timeout=ANSWER_PATIENCE_S,
        )
        assert answer.status_code == httpx.codes.OK, answer.text
        return cls(email, answer.json())

    def ask(self, stack: WebStack, method: str, path: str, **more: Any) -> Any:
        """What the API answers this member; it must be content."""
        token = {"Authorization": f"Bearer {self.session['access_token']}"}
        answer = httpx.request(method, stack.api + path, headers=token, timeout=ANSWER_PATIENCE_S, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def join(self, stack: WebStack) -> None:
        """Agree to what members agree to."""
        version = self.ask(stack, "GET", "/auth/consent")["version"]
        self.ask(stack, "POST", "/auth/callback", json={"consent_version": version, "locale": "zh-TW"})

    def enter(self, context: BrowserContext, stack: WebStack) -> None:
        """Put the session into a browser, where supabase-js would put it."""
        encoded = base64.urlsafe_b64encode(json.dumps(self.session).encode()).decode().rstrip("=")
        value = f"base64-{encoded}"
        pieces = [value[start : start + _CHUNK] for start in range(0, len(value), _CHUNK)]
        names = [_COOKIE] if len(pieces) == 1 else [f"{_COOKIE}.{number}" for number in range(len(pieces))]
        context.add_cookies(
            [{"name": name, "value": piece, "url": stack.web} for name, piece in zip(names, pieces, strict=True)]
        )

    def check_in(self, stack: WebStack, shop_id: str) -> None:
        """Check in with a photo, and wait until it has been looked at."""
        body = photo()
        upload = self.ask(
            stack,
            "POST",
            "/uploads",
            json={"purpose": "checkin_photo", "content_type": "image/jpeg", "bytes": len(body)},
        )
        headers = {"Content-Type": "image/jpeg"}
        stored = httpx.put(upload["upload_url"], content=body, headers=headers, timeout=ANSWER_PATIENCE_S)
        assert stored.status_code == httpx.codes.OK, stored.text
        made = self.ask(stack, "POST", "/checkins", json={"shop_id": shop_id, "upload_ids": [upload["id"]]})

        def is_ready() -> bool:
            photos = self.ask(stack, "GET", f"/checkins/{made['id']}")["photos"]
            return all(photo["status"] == "ready" for photo in photos)

        assert wait_until(is_ready, 120), "the photo was not looked at"


def photo(*, width: int = 1200, height: int = 900) -> bytes:
    """A picture as a phone takes one: with the place it was taken at."""
    picture = Image.linear_gradient("L").convert("RGB").resize((width, height))
    told = picture.getexif()
    told[ExifTags.Base.Make] = "Camera"
    told.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=told)
    return file.getvalue()
