"""What ``LLM_PROVIDER`` chooses, and whether it answers."""

from django.conf import settings

from caferoam.providers.checks import Configured, told


def configured() -> Configured:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.LLM_PROVIDER == "offline":
        return Configured("llm", "offline")
    models = {name: getattr(settings, name) for name in ("ANTHROPIC_MODEL", "ANTHROPIC_MENU_MODEL")}
    # Without its price no call of a model could be accounted for, so none is made.
    priceless = sorted({model for model in models.values() if model not in settings.ANTHROPIC_PRICES})
    missing = [f"ANTHROPIC_PRICES[{model!r}]" for model in priceless]
    if not settings.ANTHROPIC_API_KEY:
        missing.insert(0, "ANTHROPIC_API_KEY")
    return Configured(
        "llm",
        "anthropic",
        {
            "ANTHROPIC_API_KEY": told(settings.ANTHROPIC_API_KEY),
            **models,
            "ANTHROPIC_BASE_URL": settings.ANTHROPIC_BASE_URL or "Anthropic's own",
        },
        tuple(missing),
    )


def ping() -> str:
    """As ``caferoam.providers.checks.Checked`` says."""
    if settings.LLM_PROVIDER == "offline":
        return "works on this machine, from words and rules"
    from caferoam.providers.llm.anthropic.check import ping as ask  # noqa: PLC0415 - it brings the SDK

    return ask()
