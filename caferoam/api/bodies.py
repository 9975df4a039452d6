"""Strict reading of JSON request bodies: what is not understood is refused by name, never ignored or guessed at."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from caferoam.api.params import QueryParams, canonical_uuid, parse_query, printable

MAX_DEPTH: Final = 8
"""Objects and lists inside each other, the body itself included."""
MAX_ITEMS: Final = 1_000
"""Of one list, fields of one object."""

# Django REST framework would take "yes" for true, 5 for "5" and 7 for a UUID, none of which the API's description says.
_JSON_TYPES: Final[tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], type | tuple[type, ...], str], ...]] = (
    (serializers.BooleanField, bool, "true or false"),
    (serializers.IntegerField, (int, float), "a whole number"),  # 5.0 is one in JSON; 5.5 is refused later
    (serializers.FloatField, (int, float), "a number"),
    (serializers.UUIDField, str, "a text"),
    (serializers.ChoiceField, str, "a text"),
    (serializers.CharField, str, "a text"),
)


class JsonBody(BaseParser):
    """Reads JSON in UTF-8, whatever else the Content-Type claims, in which no object names a field twice."""

    media_type = "application/json"

    def parse(  # type: ignore[override]  # the stub promises a mapping, but JSON may be a list, which parse_body refuses
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> object:
        """Raises ``ParseError`` for what is no JSON, or too deep to be read at all."""
        try:
            text = stream.read().decode()
            data: object = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
        except RecursionError as exc:
            raise ParseError("The body is nested too deeply.") from exc
        except json.JSONDecodeError as exc:
            raise ParseError(f"The body is not JSON: {exc}.") from exc
        except UnicodeDecodeError as exc:
            raise ParseError("The body is not JSON in UTF-8.") from exc
        except ValueError as exc:
            raise ParseError("The body is not JSON that we can read: a number in it is endless, or none.") from exc
        return data


class RequestBody(serializers.Serializer[None]):
    """The fields that one endpoint's body has. May stand inside another one.

    A value must have the JSON type that its field describes; fields that are not declared are refused.
    """

    may_be_empty: ClassVar[bool] = True
    """False for a change that must change something, though no single field is required."""
    also_described: ClassVar[Mapping[str, object]] = {}
    """JSON Schema of what ``validate`` demands of several fields together."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raises ``ValidationError`` that names every field to blame."""
        if not isinstance(data, Mapping):
            raise ValidationError({"non_field_errors": ["This must be a JSON object."]}, "wrong_type")
        errors: dict[str, Any] = {}
        for name, value in data.items():
            field = self.fields.get(name)
            if field is None or field.read_only:
                errors[printable(name)] = [ErrorDetail("There is no such field.", "unknown")]
            elif value is not None and (fault := _type_fault(field, value)):
                errors[name] = fault
        try:
            # All of it, so that a missing field is named together with an unknown one.
            valid: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as exc:
            if not isinstance(exc.detail, dict):
                raise
            errors = {**exc.detail, **errors}
        if errors:
            raise ValidationError(errors)
        if not (valid or self.may_be_empty):
            raise ValidationError({"non_field_errors": [f"Name at least one of {', '.join(self.fields)}."]}, "empty")
        return valid


def parse_body(serializer_class: type[RequestBody], request: Request) -> dict[str, Any]:
    """The validated fields of a request that says everything in its body; an absent body counts as ``{}``.

    Raises:
        ValidationError: naming each field, or query parameter, that is unknown, malformed or missing.
        ParseError: it is no JSON.
        UnsupportedMediaType: 415, it does not even say that it is JSON.
    """
    parse_query(QueryParams, request)
    data: object = request.data
    errors: dict[str, list[ErrorDetail]] = {}
    for path, fault in _faults(data):
        errors.setdefault(path or "non_field_errors", []).append(fault)
    if errors:
        raise ValidationError(errors)
    serializer = serializer_class(data=data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise ValidationError({printable(name): ["Give this field once."]}, "repeated")
        fields[name] = value
    return fields


def _no_number(literal: str) -> object:
    raise ValueError(f"{literal} is not JSON.")  # nan and the infinities, which Python's reader takes


def _faults(value: object, path: str = "", depth: int = 1) -> Iterator[tuple[str, ErrorDetail]]:
    """What no field may hold, with the dotted path of where it stands."""
    match value:
        case str() if "\x00" in value:
            yield path, ErrorDetail("NUL characters are not allowed.", "null_characters_not_allowed")
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            yield (
                path,
                ErrorDetail(
                    "Lone surrogates are not allowed: they are no characters.", "surrogate_characters_not_allowed"
                ),
            )
        case float() if not math.isfinite(value):
            yield path, ErrorDetail("This number is too large.", "max_value")
        case dict() | list() if depth > MAX_DEPTH:
            yield path, ErrorDetail("This is nested too deeply.", "too_deep")
        case dict() | list() if len(value) > MAX_ITEMS:
            yield path, ErrorDetail(f"This holds more than {MAX_ITEMS} things.", "max_length")
        case dict():
            for name, inner in value.items():
                place = f"{path}.{printable(name)}" if path else printable(name)
                yield from _faults(name, place)
                yield from _faults(inner, place, depth + 1)
        case list():
            for position, inner in enumerate(value):
                yield from _faults(inner, f"{path}.{position}" if path else str(position), depth + 1)


def _type_fault(field: serializers.Field[Any, Any, Any, Any], value: object) -> Any:
    """Messages, by position for a list, if ``value`` is not of the JSON type that ``field`` describes."""
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return [ErrorDetail("This must be a list.", "wrong_type")]
        return {
            position: fault
            for position, inner in enumerate(value)
            if inner is not None and (fault := _type_fault(field.child, inner))
        }
    for kind, wanted, name in _JSON_TYPES:
        if isinstance(field, kind):
            # true is an int to Python
            if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
                return [ErrorDetail(f"This must be {name}.", "wrong_type")]
            if isinstance(field, serializers.UUIDField) and canonical_uuid(str(value)) is None:
                return ["This is not a UUID."]
            return None
    return None
