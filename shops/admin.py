"""Registers the curators' pages about cafés. Loaded by the admin's process alone."""

from caferoam.desk.site import desk
from shops.models import Shop
from shops.places.pages import ShopAdmin

desk.register(Shop, ShopAdmin)
