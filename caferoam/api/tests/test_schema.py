"""The API describes itself completely, and the page that shows it needs nobody else's server."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # drf-spectacular brings it, without stubs


def test_the_document_is_valid_openapi_3_1_and_generated_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert yaml.safe_load(file.read_text())["openapi"] == "3.1.0"


def test_it_is_served_as_json_and_on_request_as_yaml(client: Client) -> None:
    for path in ("/schema", "/schema/"):
        response = client.get(path)
        assert response["Content-Type"] == "application/json"
        validate_schema(response.json())  # type: ignore[no-untyped-call] # upstream's gap
        assert yaml.safe_load(client.get(path, headers={"Accept": "application/yaml"}).content) == response.json()


def test_each_shape_is_valid_json_schema_itself(client: Client) -> None:
    """The validator of OpenAPI looks less closely."""
    for shape in client.get("/schema").json()["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)


def test_each_route_is_described_once_without_its_trailing_slash(client: Client) -> None:
    paths = client.get("/schema").json()["paths"]
    assert {"/healthz", "/readyz"} <= paths.keys()
    assert not [path for path in paths if path.endswith("/")]


def test_errors_are_described_as_problems_and_tokens_as_bearer(client: Client) -> None:
    schema = client.get("/schema").json()
    assert schema["components"]["securitySchemes"] == {
        "supabase": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    assert {"type", "title", "status", "detail", "code", "errors"} <= schema["components"]["schemas"]["Problem"][
        "properties"
    ].keys()
    ready = schema["paths"]["/readyz"]["get"]["responses"]["503"]["content"]
    assert ready == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_the_page_loads_only_what_we_serve(client: Client) -> None:
    page = client.get("/docs", headers={"Accept": "text/html"})
    assert page["Content-Type"].startswith("text/html")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert len(links) == 4
    for link in links:
        assert link.startswith("/docs/assets/")
        assert client.get(link).status_code == 200


def test_the_page_alone_has_a_relaxed_policy(client: Client) -> None:
    assert "script-src 'self';" in client.get("/docs")["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/schema")["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["swagger-ui.css.map", "..", "%2e%2e%2fLICENSE", "index.html"])
def test_no_other_file_is_served(client: Client, name: str) -> None:
    assert client.get(f"/docs/assets/{name}").status_code == 404
