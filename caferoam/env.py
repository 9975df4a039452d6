"""Typed reading of the environment. A wrong or missing value stops the process with a sentence that tells the cure."""

import os
from collections.abc import Mapping, Sequence

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class Environment:
    """The process's environment, read by type.

    Every reader raises ``ImproperlyConfigured`` naming the variable when it is malformed, or missing without a default.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None, *, hint: str = "") -> str:
        """The variable as text; an empty value counts as missing."""
        value = self._values.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. {hint or f'See .env.example for what {name} is.'}")
        return default

    def secret(self, name: str, *, minimum_length: int, hint: str = "") -> str:
        """A required secret of at least ``minimum_length`` characters; its value never appears in the error."""
        value = self.text(name, hint=hint)
        if len(value) < minimum_length:
            raise ImproperlyConfigured(f"{name} is too short: it needs at least {minimum_length} characters.")
        return value

    def prefixed(self, name: str, prefix: str, *, required: bool = False) -> str:
        """A key that its vendor begins with ``prefix``; '' where it is missing and not ``required``.

        Its value never appears in the error: one of another kind in this place may be the one to be kept secret.
        """
        value = self.text(name, None if required else "")
        if value and not (value.startswith(prefix) and len(value) >= len(prefix) + 16):
            raise ImproperlyConfigured(f"{name} must be a whole key that begins with {prefix}: is it another one's?")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A switch: 1/true/yes/on or 0/false/no/off in any case."""
        value = self.text(name, "on" if default else "off").lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")

    def number(self, name: str, default: int, *, minimum: int = 0) -> int:
        """A whole number of at least ``minimum``."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value) < minimum:
            raise ImproperlyConfigured(f"{name} must be a whole number, {minimum} or more, not {value!r}.")
        return int(value)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of ``choices``, exactly as written there."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A comma-separated list without blanks; an empty one is the default."""
        return [word.strip() for word in self.text(name, ",".join(default)).split(",") if word.strip()]

    def url(self, name: str, schemes: Sequence[str], default: str | None = None, *, hint: str = "") -> str:
        """A URL with one of ``schemes``. Its value never appears in the error: it may hold a password."""
        value = self.text(name, default, hint=hint)
        if value and value.partition("://")[0] not in schemes:
            raise ImproperlyConfigured(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
        return value
