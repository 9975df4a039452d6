"""As the other tests of enrichment."""

from enrichment.tests.conftest import taxonomy

__all__ = ["taxonomy"]
