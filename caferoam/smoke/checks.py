"""What is looked at. Each check stands for something that people, or those who run the product, would miss."""

import re
from collections.abc import Iterator
from typing import Any, Final

from caferoam.smoke.asking import Check, Site, SmokeError, expect, json_of, must_have

NOWHERE: Final = "/smoke-test-nowhere"
ASKED: Final = "安靜有插座"
_OF_API: Final = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-request-id": "",
}
_OF_WEB: Final = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin",
}
_SCRIPT: Final = re.compile(r'<script[^>]*\bsrc="(/[^"]+)"')


class ApiChecks:
    """What the API must do. With ``token``, a member's, it must also search."""

    def __init__(self, site: Site, token: str = "") -> None:
        self._site = site
        self._token = token
        self._shop: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Check]:
        """In an order in which the first failure says the most."""
        yield Check("healthz", self._alive)
        yield Check("readyz", self._ready)
        yield Check("taxonomy", self._taxonomy)
        yield Check("shops", self._directory)
        yield Check("one shop", self._detail)
        if self._token:
            yield Check("search", self._search)
        yield Check("search is closed", self._closed)
        yield Check("problems", self._problems)
        yield Check("schema", self._schema)
        yield Check("headers", self._headers)
        if self._site.is_https:  # a laptop's are open
            yield Check("metrics are closed", self._numbers)

    def _alive(self) -> str:
        return str(json_of(self._site.get("/healthz"))["status"])

    def _ready(self) -> str:
        said = json_of(self._site.get("/readyz"))
        wrong = [
            f"{name}: {check.get('detail', 'failed')}" for name, check in said["checks"].items() if not check["ok"]
        ]
        expect(not wrong, f"{said['status']}: {'; '.join(wrong)}")
        return str(said["status"])

    def _taxonomy(self) -> str:
        tags = [tag for dimension in json_of(self._site.get("/taxonomy"))["dimensions"] for tag in dimension["tags"]]
        expect(tags, "it has no tags: has load_taxonomy run?")
        expect(all(tag["label"] and tag["label_zh"] for tag in tags), "some tags have no label in a language")
        return f"{len(tags)} tags"

    def _directory(self) -> str:
        page = json_of(self._site.get("/shops", params={"limit": "5"}))["results"]
        expect(page, "there is no café: has import_shops run?")
        self._shop = page[0]
        return f"{len(page)} cafés on a page"

    def _detail(self) -> str:
        expect(self._shop, "the directory showed no café to look at")
        said = json_of(self._site.get(f"/shops/{self._shop['id']}"))
        expect(
            (said["id"], said["name"]) == (self._shop["id"], self._shop["name"]), "another café answers under this id"
        )
        return str(said["name"])

    def _search(self) -> str:
        answer = self._site.get("/search", params={"text": ASKED}, headers={"Authorization": f"Bearer {self._token}"})
        said = json_of(answer)
        expect(said["results"], f"nothing was found for {ASKED}")
        expect(not said["degraded"], "it goes without meaning: is the embeddings provider down, or its budget used up?")
        scores = [result["total_score"] for result in said["results"]]
        expect(scores == sorted(scores, reverse=True), "the best are not first")
        return f"{len(scores)} of {said['total']} cafés for {ASKED}"

    def _closed(self) -> str:
        answer = self._site.get("/search", params={"text": ASKED}, status=401)
        must_have(answer, {"www-authenticate": "Bearer"})
        _problem(answer, "not_authenticated")
        return "401 without a token"

    def _problems(self) -> str:
        _problem(self._site.get(NOWHERE, status=404), "not_found")
        said = _problem(self._site.get("/shops", params={"smoke": "1"}, status=400), None)
        expect("smoke" in said.get("errors", {}), "the 400 does not name the parameter that is wrong")
        return "404 and 400 are problem+json"

    def _headers(self) -> str:
        must_have(self._site.get("/healthz"), _OF_API | _https(self._site))
        return f"{len(_OF_API | _https(self._site))} as they should be"

    def _numbers(self) -> str:
        answer = self._site.get("/metrics", status=(401, 404))
        return f"{answer.status_code} without a token"

    def _schema(self) -> str:
        said = self._site.get("/schema").text
        expect(re.search(r"openapi:\s*\"?3\.1|\"openapi\":\s*\"3\.1", said), "it is no OpenAPI 3.1")
        return "OpenAPI 3.1"


class WebChecks:
    """What the web app must do: its pages, its scripts, and its way to the API."""

    def __init__(self, site: Site, api: Site) -> None:
        self._site = site
        self._api = api

    def __iter__(self) -> Iterator[Check]:
        """In the order in which a browser would miss them."""
        yield Check("web: home, zh", lambda: self._home("/", "zh"))
        yield Check("web: home, en", lambda: self._home("/en", "en"))
        yield Check("web: scripts", self._scripts)
        yield Check("web: /api", self._proxied)
        yield Check("web: no such page", self._missing)

    def _home(self, path: str, language: str) -> str:
        answer = self._site.get(path)
        kind = answer.headers.get("content-type", "none")
        expect(kind.startswith("text/html"), f"it is {kind}")
        spoken = re.search(r'<html[^>]*\blang="([^"]+)"', answer.text)
        expect(spoken, "the page names no language")
        expect(spoken and spoken[1].startswith(language), f"it speaks {spoken and spoken[1]} instead of {language}")
        must_have(answer, _OF_WEB | _https(self._site))
        return f"{len(answer.content) / 1024:.0f} KB in {spoken and spoken[1]}"

    def _scripts(self) -> str:
        found = _SCRIPT.findall(self._site.get("/").text)
        expect(found, "the page has no script of ours")
        answer = self._site.get(found[0])
        expect("javascript" in answer.headers.get("content-type", ""), f"{found[0]} is no JavaScript")
        return f"{len(found)} on the page"

    def _proxied(self) -> str:
        through = json_of(self._site.get("/api/shops", params={"limit": "1"}))["results"]
        straight = json_of(self._api.get("/shops", params={"limit": "1"}))["results"]
        expect([row["id"] for row in through] == [row["id"] for row in straight], "the API itself says something else")
        return "the same café as from the API"

    def _missing(self) -> str:
        self._site.get(NOWHERE, status=404)
        return "404"


def _problem(answer: Any, code: str | None) -> dict[str, Any]:
    said: dict[str, Any] = json_of(answer, "application/problem+json")
    if not all(isinstance(said.get(name), str) and said[name] for name in ("detail", "code")):
        raise SmokeError("the problem has no detail, or no code")
    expect(code in {None, said["code"]}, f"the problem's code is {said['code']} instead of {code}")
    return said


def _https(site: Site) -> dict[str, str]:
    return {"strict-transport-security": "max-age="} if site.is_https else {}
