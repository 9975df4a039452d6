"""Each route of the API is reached through the web app, and nothing else is."""

import re
from pathlib import Path

import yaml

from caferoam.api.middleware import BODY_MAX_BYTES
from caferoam.local.stack import CHECKOUT

PROXIES = CHECKOUT / "app" / "api"
# Says of every other path that there is nothing.
NOWHERE = PROXIES / "[...missing]" / "route.ts"
METHODS = {"get", "post", "put", "patch", "delete"}
NOT_IN_THE_SCHEMA = {"/unsubscribe/*": {"get", "post"}, "/webhooks/resend": {"post"}}
_LINE = re.compile(r'export \{ ((?:proxy as [A-Z]+(?:, )?)+) \} from "@/app/_lib/proxy";\n')


def routes() -> dict[str, set[str]]:
    paths = yaml.safe_load((CHECKOUT / "docs" / "openapi.yaml").read_text())["paths"]
    described = {re.sub(r"/[^/]*\{[^/]+", "/*", path): METHODS & set(item) for path, item in paths.items()}
    return described | NOT_IN_THE_SCHEMA


def methods_of(file: Path) -> set[str]:
    line = _LINE.fullmatch(file.read_text())
    assert line, f"{file.relative_to(CHECKOUT)} does more than to pass on"
    return {wish.removeprefix("proxy as ").lower() for wish in line[1].split(", ")}


def test_each_route_has_its_proxy_with_its_methods_and_each_proxy_its_route() -> None:
    proxies = {
        "/" + re.sub(r"\[[^/]+\]", "*", str(file.parent.relative_to(PROXIES))): methods_of(file)
        for file in PROXIES.rglob("route.ts")
        if file != NOWHERE
    }
    assert proxies == routes()
    assert not [file for file in PROXIES.rglob("*.ts*") if file.name != "route.ts"]


def test_what_has_no_proxy_is_not_passed_on() -> None:
    assert "proxy" not in NOWHERE.read_text()


def test_of_a_body_that_is_too_long_so_much_is_passed_on_that_the_api_refuses_it() -> None:
    lines = (CHECKOUT / "app" / "_lib" / "whole-body.ts").read_text()
    factors = re.search(r"KEPT_BYTES = (\d+) \* (\d+) \+ 1;", lines)
    assert factors
    assert int(factors[1]) * int(factors[2]) == BODY_MAX_BYTES
