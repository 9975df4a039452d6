"""The product's settings, plus one job type that only tells when it starts."""

from caferoam.settings import *  # noqa: F403 - the same settings, whatever they are
from caferoam.settings import INSTALLED_APPS as _PRODUCT_APPS

INSTALLED_APPS = [*_PRODUCT_APPS, "bench.probe"]
