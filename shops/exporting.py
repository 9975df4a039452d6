"""What other apps say of a café when a member takes their data away."""

from collections.abc import Mapping
from typing import Final

SHOP_NAME: Final[Mapping[str, str]] = {
    "shop_name": "(SELECT shop.name FROM public.shops AS shop WHERE shop.id = t.shop_id)"
}
"""A further field of an ``Export`` of rows with a ``shop_id``: an id alone means nothing outside of CafeRoam."""
