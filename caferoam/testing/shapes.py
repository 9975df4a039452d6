"""Holds an answer to the OpenAPI document, exactly: no field missing, none unheard of."""

import copy
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # drf-spectacular brings it, without stubs

from caferoam.api.schema import document


def assert_as_described(answer: object, component: str) -> None:
    """Raises ValidationError unless ``answer`` is a ``component`` of the API's document, and nothing more."""
    schemas = copy.deepcopy(document()["components"]["schemas"])
    for schema in schemas.values():
        if schema.get("type") == "object":
            schema["additionalProperties"] = False
            schema["required"] = list(schema.get("properties", {}))
    root: dict[str, Any] = {"$ref": f"#/components/schemas/{component}", "components": {"schemas": schemas}}
    Draft202012Validator(root).validate(answer)
