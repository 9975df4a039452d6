"""Taking secrets and personal data out of a text that is kept or sent on: errors, tracebacks, crash reports."""

import re
from typing import Final

HIDDEN: Final = "[hidden]"

_SECRETS: Final = (
    # What stands before the secret is kept, so that a reader sees what was there.
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"), HIDDEN),  # JSON Web Tokens
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@"), rf"\1{HIDDEN}@"),  # logins in URLs
    (
        re.compile(r"(?i)([?&](?:[\w-]*(?:token|signature|secret|password|api_?key)|sig|code)=)[^&\s'\"]+"),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(r"\b(?:sk|pk|re|whsec|phc|phx|sbp|sb_secret)[-_][\w-]{12,}"),
        HIDDEN,
    ),  # keys by their vendors' prefixes
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;)}]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),  # e-mail addresses
)


def scrub(text: str) -> str:
    """The text with tokens, keys, passwords, signatures in URLs and e-mail addresses replaced."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
