"""The routes of lists, spoken to as one member."""

import json
from typing import Any
from uuid import UUID

from caferoam.testing.database import ApiClient


class ListsClient:
    """``ask`` gives the response, the others the body of one that succeeded."""

    def __init__(self, api: ApiClient, headers: dict[str, str]) -> None:
        self.api = api
        self.headers = headers

    # The test client adds json() to what DRF returns, which has no type of its own.
    def ask(self, method: str, path: str, body: Any = None) -> Any:
        content = "" if body is None else json.dumps(body)
        return self.api.generic(method, path, content, content_type="application/json", headers=self.headers)

    def all(self) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self._body(self.ask("GET", "/lists"))["results"]
        return results

    def start(self, name: str, *shop_ids: UUID) -> str:
        """A new list with these cafés on it; its id."""
        list_id = str(self._body(self.ask("POST", "/lists", {"name": name}))["id"])
        for shop_id in shop_ids:
            self.add(list_id, shop_id)
        return list_id

    def read(self, list_id: str, **params: object) -> dict[str, Any]:
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self._body(self.ask("GET", f"/lists/{list_id}?{query}"))

    def change(self, list_id: str, **fields: object) -> dict[str, Any]:
        return self._body(self.ask("PATCH", f"/lists/{list_id}", fields))

    def add(self, list_id: str, shop_id: UUID, **fields: object) -> dict[str, Any]:
        return self._body(self.ask("POST", f"/lists/{list_id}/shops", {"shop_id": str(shop_id), **fields}))

    def names(self, list_id: str) -> list[str]:
        """What is on it, in order."""
        return [item["shop"]["name"] for item in self.read(list_id, limit=100)["items"]]

    def _body(self, response: Any) -> dict[str, Any]:
        assert response.status_code in {200, 201}, response.content
        body: dict[str, Any] = response.json()
        return body


def refusal(response: Any) -> tuple[int, str, list[str]]:
    """Status, code, and the fields to blame."""
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert problem["detail"]
    return response.status_code, problem["code"], sorted(problem.get("errors", {}))
