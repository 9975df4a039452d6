"""Before somebody has agreed to anything, no route of members does anything for them but let them in, or leave."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from caferoam.api.principal import Principal
from caferoam.api.schema import document
from caferoam.api.views import MemberAPIView
from caferoam.testing.database import ApiClient

pytestmark = pytest.mark.django_db(transaction=True)

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = {
    ("POST", "auth/callback"),
    # Who took back their consent, or never gave it, may still have everything erased.
    ("DELETE", "profile"),
    ("GET", "profile/deletion"),
    ("POST", "profile/restore"),
}

UNDESCRIBED = {("POST", "/checkins"): {"upload_ids": [str(uuid.uuid4())]}}
"""What a body needs besides what the description can say: photos come as ids or as URLs."""


def member_routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that is for members, as the URLconf has them."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from member_routes(pattern.url_patterns, path)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and issubclass(view, MemberAPIView):
            yield from ((method.upper(), path) for method in METHODS if hasattr(view, method))


@pytest.mark.slow
def test_a_newcomer_is_asked_for_consent_everywhere(
    api: ApiClient, bearer: Callable[[Principal], dict[str, str]], newcomer: Principal
) -> None:
    routes = set(member_routes(get_resolver().url_patterns)) - {
        (method, path + slash) for method, path in OPEN for slash in ("", "/")
    }
    assert {("GET", "search"), ("GET", "profile/"), ("PATCH", "profile"), ("GET", "lists/<str:list_id>")} <= routes
    answers = {}
    for method, path in sorted(routes):
        query, body = sample_request(method, path)
        response = api.generic(method, f"/{concrete(path)}{query}", body, "application/json", headers=bearer(newcomer))
        answers[method, path] = (response.status_code, response.json().get("code"))
    assert answers == dict.fromkeys(sorted(routes), (403, "consent_required"))


def concrete(path: str) -> str:
    """With an id for each parameter."""
    while "<" in path:
        before, _, rest = path.partition("<")
        path = f"{before}{uuid.uuid4()}{rest.partition('>')[2]}"
    return path


def sample_request(method: str, path: str) -> tuple[str, str]:
    """A query and a body that fit the API's description of the route: nothing else is wrong with the request."""
    described = "/" + path.removesuffix("/").replace("<str:", "{").replace(">", "}")
    operation = document()["paths"][described][method.lower()]
    wanted = [p for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")]
    query = "&".join(f"{parameter['name']}={sample(parameter['schema'])}" for parameter in wanted)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = {**sample(content["schema"]), **UNDESCRIBED.get((method, described), {})} if content else {}
    return f"?{query}" if query else "", json.dumps(body) if content else ""


def sample(schema: dict[str, Any]) -> Any:
    """Something that fits."""
    if "$ref" in schema:
        return sample(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("allOf", "oneOf"):
        if several in schema:
            rest = {name: value for name, value in schema.items() if name != several}
            first = schema[several][0]
            if not rest.get("properties"):
                return sample(first)
            required = [*rest.get("required", ()), *first.get("required", ())]
            return sample({**rest, "required": list(dict.fromkeys(required))})
    kind = schema.get("type", "string")
    fitting: Any
    match kind if isinstance(kind, str) else kind[0]:
        case "object":
            properties = schema.get("properties", {})
            names = schema.get("required") or list(properties)[: schema.get("minProperties", 0)]
            fitting = {name: sample(properties[name]) for name in names}
        case "array":
            fitting = [sample(schema["items"])]
        case "integer" | "number":
            fitting = schema.get("minimum", 1)
        case "boolean":
            fitting = True
        case _:
            fitting = str(uuid.uuid4()) if schema.get("format") == "uuid" else "x"
    return schema["enum"][0] if "enum" in schema else fitting
