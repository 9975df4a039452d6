from shops.models.geocode import Geocode
from shops.models.menu import MenuItem
from shops.models.search import ShopEmbedding, ShopSearch
from shops.models.shop import Shop, ShopPhoto, ShopReview
from shops.models.taxonomy import EffectiveShopTag, ShopTag, TaxonomyTag

__all__ = [
    "EffectiveShopTag",
    "Geocode",
    "MenuItem",
    "Shop",
    "ShopEmbedding",
    "ShopPhoto",
    "ShopReview",
    "ShopSearch",
    "ShopTag",
    "TaxonomyTag",
]
