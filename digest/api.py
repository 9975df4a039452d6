"""The link that ends the weekly email, and what the mail provider reports. Neither asks for a token."""

import base64
import hashlib
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from caferoam.api.health import AcceptAnything
from caferoam.api.views import PublicAPIView
from digest import webhooks
from digest.unsubscribing import unsubscribe

_STYLE: Final = (
    "body{margin:0;background:#f5efe7;color:#2b2019;font:17px/1.7 -apple-system,'Segoe UI','Noto Sans TC',sans-serif}"
    "main{max-width:28rem;margin:12vh auto 0;padding:1.8rem 2rem 2rem;background:#fffdfa;border:1px solid #e9ddcf;"
    "border-radius:14px}"
    ".brand{font:bold 17px/1.4 Georgia,'Noto Serif TC','Microsoft JhengHei',serif;color:#8a4b1f;margin:0 0 1.2rem}"
    "h1{font:bold 1.45rem/1.4 Georgia,'Noto Serif TC','Microsoft JhengHei',serif;margin:0 0 .3rem}p{margin:0 0 1rem}"
    "p:last-child{margin:0}[lang=en]{color:#6d5c4c}"
    "button{font:inherit;font-weight:bold;padding:.6rem 1.3rem;border:0;border-radius:8px;background:#8a4b1f;"
    "color:#fff;cursor:pointer}button [lang]{color:inherit;font-weight:normal}"
    "@media (max-width:34rem){main{margin:0;min-height:100vh;border:0;border-radius:0;box-sizing:border-box}}"
    "@media (prefers-color-scheme:dark){body{background:#17120f;color:#f2e9df}"
    "main{background:#221b16;border-color:#3a2f27}.brand{color:#eab580}[lang=en]{color:#b8a899}"
    "button{background:#eab580;color:#221b16}}"
)
_FRAME: Final = (
    '<!doctype html>\n<html lang="zh-Hant-TW">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
    '<meta name="color-scheme" content="light dark">\n'
    f"<title>CafeRoam 啡遊</title>\n<style>{_STYLE}</style>\n</head>\n"
    '<body><main>\n<p class="brand">CafeRoam 啡遊</p>\n%s\n</main></body>\n</html>\n'
)
_QUESTION: Final = _FRAME % (
    "<h1>不想再收到每週電子報嗎？</h1>\n<p>按下按鈕，之後就不會再寄給你。</p>\n"
    '<p lang="en">Stop the weekly email? Press the button, and you get no more of it.</p>\n'
    '<form method="post"><button type="submit">取消訂閱 <span lang="en">Unsubscribe</span></button></form>'
)
_DONE: Final = _FRAME % (
    "<h1>已取消訂閱</h1>\n<p>你不會再收到每週電子報。改變心意時，可以在個人檔案重新訂閱。</p>\n"
    '<p lang="en">Unsubscribed: you get no more weekly emails. Should you change your mind, your profile lets you ask'
    " for them again.</p>"
)
_page_policy = csp_override(
    {
        "default-src": [CSP.NONE],
        "style-src": [f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"],
        "form-action": [CSP.SELF],
        "base-uri": [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
    }
)


@extend_schema(exclude=True)  # for people and mail programs; no client of the API calls it
class Unsubscribe(PublicAPIView):
    """Where the link in a mail leads. Known and unknown links are answered alike."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything
    throttle_scope = "unsubscribe"

    def get(self, request: Request, token: str) -> HttpResponse:
        """A button. Opening the link changes nothing: programs that look for harm open it as well."""
        return _page(_QUESTION)

    def post(self, request: Request, token: str) -> HttpResponse:
        """The button, or RFC 8058's one click. The body does not matter, and whatever a program adds to the link."""
        unsubscribe(token)
        return _page(_DONE)


unsubscribe_page = _page_policy(Unsubscribe.as_view())


@extend_schema(exclude=True)  # for the mail provider
class ResendWebhook(PublicAPIView):
    """Where Resend reports what became of mails."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything
    throttle_scope = "webhook"

    def post(self, request: Request) -> HttpResponse:
        """Keep it and say so; a job does the rest."""
        raw: HttpRequest = request._request  # noqa: SLF001 - the signature is over the bytes as they came
        event_id = webhooks.verified_id(
            {name.lower(): value for name, value in request.headers.items()},
            raw.body,
            secrets=settings.RESEND_WEBHOOK_SECRETS,
            now=timezone.now(),
        )
        try:
            webhooks.take(event_id, raw.body)
        except ValueError as exc:
            raise ParseError("The body is not JSON.") from exc
        return HttpResponse(status=204)


def _page(html: str) -> HttpResponse:
    return HttpResponse(html, headers={"Cache-Control": "no-store"})
