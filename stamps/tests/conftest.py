"""Cafés that stamp."""

import pytest

from shops.models import Shop
from shops.tests.making import make_shop


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A live café."""
    return make_shop("學校咖啡館 Ecole Cafe", city="台北市", district="大安區")
