"""Fixtures that every app's tests share."""

pytest_plugins = [
    "caferoam.testing.database",
    "caferoam.testing.tokens",
    "caferoam.testing.members",
    "caferoam.testing.storage",
    "caferoam.testing.throttling",
    "caferoam.testing.resend",
    "caferoam.testing.mapbox",
    "caferoam.testing.posthog",
    "caferoam.testing.sentry",
    "caferoam.testing.desk",
    "caferoam.testing.properties",
]
