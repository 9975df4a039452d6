"""What each provider is set to, and whether it answers: for ``manage.py providers check``, and before a process starts.

The package of each kind in ``KINDS`` has a function ``configured`` and one called ``ping``, as ``Checked`` says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final, Protocol, cast

from django.core.exceptions import ImproperlyConfigured

KINDS: Final = ("llm", "embeddings", "email", "storage", "auth", "maps", "analytics")
"""The kinds of providers, each the name of its package here, in the order in which they are shown."""


@dataclass(frozen=True)
class Configured:
    """What the settings choose of one kind.

    ``settings`` are the names of variables and what to show of each; of a secret only ``told(secret)``. ``missing``
    names the variables without which the chosen ``provider`` cannot work in workers and commands.
    """

    kind: str
    provider: str
    settings: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


class Checked(Protocol):
    """What the package of each kind offers."""

    def configured(self) -> Configured:
        """What is chosen. Loads no vendor's SDK and asks nobody."""

    def ping(self) -> str:
        """Make one cheap call to what is chosen, and say in a few words what answered. It may load an SDK.

        Raises:
            ProviderUnavailable, ProviderRefused
            ImproperlyConfigured: a setting is missing, which is named.
        """


def told(secret: str) -> str:
    """What may be shown of a secret."""
    return "set" if secret else "not set"


def provider(kind: str) -> Checked:
    """The checks of one kind."""
    return cast("Checked", import_module(f"caferoam.providers.{kind}"))


def require(*kinds: str) -> None:
    """Let nothing start that could not do its work.

    Raises:
        ImproperlyConfigured: what these providers need is not set; all of it is named.
    """
    lacking = [chosen for kind in kinds if (chosen := provider(kind).configured()).missing]
    if lacking:
        needs = "; ".join(f"{', '.join(chosen.missing)} ({chosen.kind} by {chosen.provider})" for chosen in lacking)
        raise ImproperlyConfigured(f"Not set: {needs}. See .env.example for what each is.")
