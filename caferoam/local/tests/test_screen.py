from pathlib import Path

from caferoam.local.screen import summary


def screen(web: str) -> str:
    return summary(
        web=web,
        api_url="http://127.0.0.1:8000",
        admin_url="http://127.0.0.1:8001",
        metrics_port=1,
        admin_password="typed",
        postgres_port=2,
        valkey_port=3,
        standin_url="http://127.0.0.1:4",
        logs=Path("logs"),
        token="token",
    )


def test_the_screen_says_where_the_web_app_is() -> None:
    assert "  Web app     http://127.0.0.1:3000     open this" in screen("http://127.0.0.1:3000")


def test_the_screen_says_why_there_is_no_web_app_and_that_the_rest_works() -> None:
    said = screen("Node.js 20.19 or newer is not installed (https://nodejs.org)")
    assert "the rest works without it; Node.js 20.19 or newer is not installed" in said
