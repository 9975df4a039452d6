"""Who may read the numbers."""

import hmac


def may_ask(authorization: str, token: str) -> bool:
    """Whether an Authorization header shows the token. Without one to show, everybody may."""
    return not token or hmac.compare_digest(authorization.encode(errors="replace"), f"Bearer {token}".encode())
