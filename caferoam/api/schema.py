"""How the API describes itself: OpenAPI 3.1, generated from the views."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.serializers import PolymorphicProxySerializerExtension
from drf_spectacular.utils import Direction, OpenApiResponse
from rest_framework import serializers

from caferoam.api.authentication import IsMember
from caferoam.api.problems import PROBLEM_JSON
from caferoam.api.throttling.middleware import is_free

_DESCRIPTIONS: Mapping[int, str] = {
    400: "Something in the request is unknown or not acceptable; `errors` names it.",
    401: "No access token where one is needed, or not a valid one.",
    403: "Known, but not allowed.",
    404: "Absent, or not yours.",
    409: "It conflicts with what is stored.",
    413: "The body is larger than 1 MB.",
    415: "The body is not application/json.",
    422: "Understood, but it cannot be done as it stands.",
    429: "Too many requests; see Retry-After.",
    503: "Not available at the moment; see Retry-After.",
}


# What any text of a request may hold, and one of which something must be left when blanks around it are cut off. Python
# and JavaScript do not agree on the controls among the blanks.
_ANY_TEXT: Final = r"^[^\u0000]*$"
_SOME_TEXT: Final = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"


class ProblemSerializer(serializers.Serializer[None]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text="A URN of the kind of problem.")
    title = serializers.CharField(help_text="The HTTP status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What a person should know.")
    instance = serializers.CharField(  # type: ignore[assignment] # the wire's own name, which Serializer uses too
        help_text="The request's id, also in X-Request-ID."
    )
    code = serializers.CharField(help_text="Stable, for programs.")
    errors = serializers.DictField(  # type: ignore[assignment] # likewise
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Messages by field or parameter.",
    )
    reasons = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="Of invalid_request and upload_refused: a stable code by field or parameter, for programs.",
    )


def problem_responses(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Entries for ``extend_schema(responses={200: …, **problem_responses(409)})``.

    Needed only for what is special to an endpoint: ``ProblemAutoSchema`` adds the rest.
    """
    return {(status, PROBLEM_JSON): OpenApiResponse(ProblemSerializer, _DESCRIPTIONS[status]) for status in statuses}


class ProblemAutoSchema(AutoSchema):
    """Adds to every operation the problems that its kind can answer: 400, for unknown parameters at the least, 404 by
    its parameters, 413 and 415 by its body, 401, 403, 429, 503.
    """

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._usual_problems():
            if str(status) not in bodies:
                response = OpenApiResponse(ProblemSerializer, _DESCRIPTIONS[status])
                bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call] # upstream's gap
                    response, str(status), [PROBLEM_JSON], direction
                )
        return dict(sorted(bodies.items()))

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        verb = self.method
        if verb == "DELETE" and self._has_body():
            self.method = "POST"  # upstream looks at the verb alone
        try:
            body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call] # upstream's
        finally:
            self.method = verb
        if body and not getattr(self.get_request_serializer(), "may_be_empty", True):
            body["required"] = True  # upstream looks for required fields
        return body

    def _has_body(self) -> bool:
        return self.method in {"POST", "PUT", "PATCH"} or (
            self.method == "DELETE" and getattr(self.view, "delete_has_body", False)
        )

    def _usual_problems(self) -> Sequence[int]:
        limited = () if is_free(self.path) else (429,)
        if not self.view.authentication_classes:
            return limited
        parameters = self._get_parameters()
        has_body = self._has_body()
        return (
            400,
            *((413, 415) if has_body else ()),
            401,
            *((403,) if IsMember in self.view.permission_classes else ()),
            *((404,) if any(parameter["in"] == "path" for parameter in parameters) else ()),
            *limited,
            503,
        )


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # upstream's gap
    """Registers itself with the generator by being defined."""

    target_class = "caferoam.api.authentication.SupabaseAuthentication"
    name = "supabase"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """An access token of the project's Supabase Auth."""
        return build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")


class RequestBodyShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call] # upstream's gap
    """Says of request bodies what ``RequestBody`` adds to a serializer. Registers itself likewise."""

    target_class = "caferoam.api.bodies.RequestBody"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """No other fields, and where that is so at least one."""
        # drf-spectacular leaves this call without types.
        shape: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]  # noqa: SLF001 - as its manual shows
            self.target, direction, bypass_extensions=True
        )
        filled = {} if self.target.may_be_empty else {"minProperties": 1}
        return {**shape, "additionalProperties": False, **filled, **self.target.also_described}


class AlternativesShape(PolymorphicProxySerializerExtension):
    """Says of an answer that has one of several forms that it has any of them: an empty page has them all. Registers
    itself likewise, before upstream's own.
    """

    priority = 1

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """Without a discriminator."""
        shape: dict[str, Any] = super().map_serializer(auto_schema, direction)  # type: ignore[no-untyped-call] # upstream's gap
        return {"anyOf" if name == "oneOf" else name: value for name, value in shape.items()}


class TextShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # upstream's gap
    """Says of texts in requests what upstream leaves out: that they must not be empty, and which characters they may
    hold. Registers itself likewise.
    """

    target_class = "rest_framework.fields.CharField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """``pattern`` is a field's own."""
        # drf-spectacular leaves this call without types.
        shape: dict[str, Any] = auto_schema._map_serializer_field(  # type: ignore[no-untyped-call]  # noqa: SLF001 - as its manual shows
            self.target, direction, bypass_extensions=True
        )
        if shape.get("type") == ["string", "null"]:
            shape["type"] = "string"  # null is added once more to what is returned from here
        if direction == "request":
            may_be_blank = self.target.allow_blank
            shape |= {} if may_be_blank else {"minLength": 1}
            shape["pattern"] = getattr(self.target, "pattern", _ANY_TEXT if may_be_blank else _SOME_TEXT)
        return shape


def drop_trailing_slash(endpoints: Sequence[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Preprocessing hook: every route answers under two spellings, of which one is described."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document; the same for everybody, so it is made once."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call] # upstream's gap
    schema: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call] # likewise
    return schema
