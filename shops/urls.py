"""Routes of the café directory and of search."""

from django.urls import URLPattern, URLResolver

from caferoam.api.routing import route
from shops.api import Search, ShopDetail, ShopList, Taxonomy

urlpatterns: list[URLPattern | URLResolver] = [
    *route("shops", ShopList.as_view(), name="shops"),
    *route("shops/<str:shop_id>", ShopDetail.as_view(), name="shop"),
    *route("taxonomy", Taxonomy.as_view(), name="taxonomy"),
    *route("search", Search.as_view(), name="search"),
]
