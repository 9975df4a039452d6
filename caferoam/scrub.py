"""Taking secrets and personal data out of a text that is kept or sent on: errors, tracebacks, crash reports.

It errs on the side of hiding, but leaves words that only speak of secrets ("bearer token expired"). Texts come from
anywhere, so every pattern takes linear time: it begins where no other match of it can begin (the look-behinds), and
what follows can be read in one way only.
"""

import re
from typing import Final

HIDDEN: Final = "[hidden]"

_NAMES: Final = (
    r"password|passwd|pwd|passphrase|secret(?:[_-]?(?:access[_-]?)?key)?|token|api[_-]?key|(?:private|service[_-]role)[_-]?key"
    r"|authorization|cookie|sessionid"
)

# What stands before the secret is kept, so that a reader sees what was there.
_SECRETS: Final = (
    # JSON Web Tokens, cut off ones too: their first part is always an object in base64
    (re.compile(r"(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"), HIDDEN),
    # a scheme of HTTP authentication, and what is too long or has a digit and so is no word
    (
        re.compile(
            r"(?i)\b(bearer|basic)(\s{1,8})(?=[\w.~+/=-]{8})(?:[a-z._~+/-]{0,19}[\d=][\w.~+/=-]*|[\w.~+/=-]{20,})"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)(\bcookie[\"']?\s{0,8}:\s{0,8})[^\n]+"), rf"\1{HIDDEN}"),
    # logins in URLs, up to the last @ before the host
    (re.compile(r"(://)[^\s/\"'<>]+@"), rf"\1{HIDDEN}@"),
    # signed URLs, and codes of sign-ins
    (
        re.compile(
            r"(?i)([?&#](?:[\w-]{0,40}(?:token|signature|credential|secret|password|key)|sig|code|otp)=)[^&\s'\"<>#]+"
        ),
        rf"\1{HIDDEN}",
    ),
    # keys, by their vendors' prefixes
    (
        re.compile(
            r"(?<![\w-])(?:(?:sk|pk|rk|re|phc|phx|sbp|ghp|xox[abp])[-_](?=[\w-]{0,40}\d)[\w-]{12,}"
            r"|(?:whsec|sb_secret|sb_publishable|sntrys)_[\w+/=-]{12,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,})"
        ),
        HIDDEN,
    ),
    # named values: password=…, "token": "…", Authorization: Basic …, and JSON within JSON
    (
        re.compile(
            rf"(?i)((?:{_NAMES})\\{{0,3}}[\"']?\s{{0,8}}[:=]\s{{0,8}})"
            rf"(?:\"[^\"\n]*\"|\\{{1,3}}\"[^\"\\\n]*|'[^'\n]*'|(?:(?:bearer|basic)\s{{1,8}})?(?:\[hidden\]|[^\s\"',;&)}}\]]+))"
        ),
        rf"\1{HIDDEN}",
    ),
    # e-mail addresses
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"), HIDDEN),
)


def scrub(text: str) -> str:
    """The text with tokens, keys, passwords, signatures in URLs and e-mail addresses replaced."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
