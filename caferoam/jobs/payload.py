"""What a job type's payload must look like, read from its handler's keyword-only parameters."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Final, Self, get_args, get_type_hints
from uuid import UUID

from caferoam.jobs.errors import PayloadError

_REQUIRED: Final = inspect.Parameter.empty
RESERVED_PREFIX: Final = "_"
"""Fields that begin so belong to the queue itself (where it comes from, its key) and are never shown to handlers."""


@dataclass(frozen=True)
class PayloadShape:
    """The fields of a payload: name to type (UUID, int, str or bool) and default."""

    fields: Mapping[str, tuple[type, object]]

    @classmethod
    def of(cls, handler: Callable[..., None]) -> Self:
        """Read it from ``def handler(run, *, shop_id: UUID, limit: int | None = None, force: bool = False)``.

        None is for a field that is left out, and cannot be given.

        Raises:
            TypeError: a keyword-only parameter's type is none that JSON can carry.
        """
        hints = get_type_hints(handler)
        keywords = (p for p in inspect.signature(handler).parameters.values() if p.kind is p.KEYWORD_ONLY)
        return cls.declare({p.name: (_without_none(hints.get(p.name, object)), p.default) for p in keywords})

    @classmethod
    def declare(cls, fields: Mapping[str, tuple[type, object]]) -> Self:
        """From names, types and defaults. Raises TypeError as ``of`` does."""
        for name, (kind, _) in fields.items():
            if kind not in _READERS:
                raise TypeError(f"payload field {name!r} must be a UUID, int, str or bool, not {kind!r}")
        return cls(fields)

    @classmethod
    def required(cls, fields: Mapping[str, type]) -> Self:
        """All fields required."""
        return cls.declare({name: (kind, _REQUIRED) for name, kind in fields.items()})

    def read(self, payload: object) -> dict[str, Any]:
        """The handler's arguments.

        Raises:
            PayloadError: a field is missing, unknown or of the wrong type; the first of them is named.
        """
        if not isinstance(payload, dict):
            raise PayloadError("payload", "must be an object")
        given = {name: value for name, value in payload.items() if not name.startswith(RESERVED_PREFIX)}
        for name in given:
            if name not in self.fields:
                raise PayloadError(name, "is unknown")
        return {name: self._value(name, given) for name in self.fields}

    def _value(self, name: str, given: Mapping[str, object]) -> object:
        kind, default = self.fields[name]
        if name in given:
            return _READERS[kind](name, given[name])
        if default is _REQUIRED:
            raise PayloadError(name, "is missing")
        return default


def _without_none(hint: Any) -> Any:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] if isinstance(hint, UnionType) else []
    return kinds[0] if len(kinds) == 1 else hint


def _uuid(name: str, value: object) -> UUID:
    try:
        return UUID(_exactly(str)(name, value))
    except ValueError as exc:
        raise PayloadError(name, "is no UUID") from exc


def _exactly[T](kind: type[T]) -> Callable[[str, object], T]:
    def read(name: str, value: object) -> T:
        # isinstance would take True for an int
        if type(value) is not kind:
            raise PayloadError(name, f"must be {kind.__name__}, not {type(value).__name__}")
        return value

    return read


_READERS: Final[Mapping[type, Callable[[str, object], object]]] = {
    UUID: _uuid,
    int: _exactly(int),
    str: _exactly(str),
    bool: _exactly(bool),
}
