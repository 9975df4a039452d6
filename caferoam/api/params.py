"""Strict reading of query parameters and ids: what is not understood is refused by name, never ignored."""

import re
from functools import cache
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

VALUE_MAX_LENGTH = 10_000
# Django REST framework would also take 1.0, blanks around it, and the digits of every script.
_INTEGER: Final = re.compile(r"-?[0-9]+")


class QueryParams(serializers.Serializer[None]):
    """The parameters that one endpoint takes. A repeatable one is a ``ListField``; all others may stand once."""


class FlagField(serializers.BooleanField):
    """``true`` or ``false``, in these letters: Django REST framework would also take on, Y and 1."""

    def to_internal_value(self, data: object) -> bool:
        """Raises ValidationError on anything else."""
        if data not in ("true", "false"):
            raise serializers.ValidationError("This must be true or false.")
        return data == "true"


def parse_query(serializer_class: type[QueryParams], request: Request) -> dict[str, Any]:
    """The validated parameters of a request.

    Raises:
        ValidationError: naming each parameter that is unknown, repeated, over-long, malformed or missing.
    """
    serializer = _serializer(serializer_class)
    errors: dict[str, list[ErrorDetail]] = {}
    data: dict[str, str | list[str]] = {}
    for name, values in request.query_params.lists():
        known = serializer.fields.get(name)
        if known is None:
            errors[printable(name)] = [ErrorDetail("There is no such parameter.", "unknown")]
        elif any("\x00" in value for value in values):
            errors[name] = [ErrorDetail("NUL characters are not allowed.", "null_characters_not_allowed")]
        elif any(len(value) > VALUE_MAX_LENGTH for value in values):
            errors[name] = [ErrorDetail(f"This is longer than {VALUE_MAX_LENGTH} characters.", "max_length")]
        elif isinstance(known, serializers.ListField):
            data[name] = values
        elif len(values) > 1:
            errors[name] = [ErrorDetail("Give this parameter once.", "repeated")]
        elif isinstance(known, serializers.IntegerField) and not _INTEGER.fullmatch(values[0]):
            errors[name] = [ErrorDetail("This must be a whole number.", "wrong_type")]
        elif isinstance(known, serializers.UUIDField) and canonical_uuid(values[0]) is None:
            errors[name] = [ErrorDetail("This is not a UUID.", "invalid")]
        else:
            data[name] = values[0]
    if errors:
        raise ValidationError(errors)
    return dict(serializer.run_validation(data))


@cache
def _serializer(serializer_class: type[QueryParams]) -> QueryParams:
    """One for all requests and threads: ``run_validation`` keeps nothing in it, and to copy its fields for each request
    takes longer than to read them.
    """
    return serializer_class()


def path_uuid(name: str, value: str) -> UUID:
    """An id from the path, in the usual 8-4-4-4-12 form in either case.

    Raises:
        ValidationError: naming ``name``.
    """
    parsed = canonical_uuid(value)
    if parsed is None:
        raise ValidationError({name: ["This is not a UUID."]})
    return parsed


def canonical_uuid(value: str) -> UUID | None:
    """The id that ``value`` is the usual form of, in either case; None if it is another form, or none."""
    try:
        parsed = UUID(value)
    except ValueError:
        return None
    return parsed if str(parsed) == value.lower() else None  # UUID() also takes braces, urn:uuid: and bare hex


def printable(name: str) -> str:
    """A name from outside as it may stand in an answer: cut short, and without what cannot be seen."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name[:100])
