"""Routes of members' lists."""

from django.urls import URLPattern, URLResolver

from caferoam.api.routing import route
from lists.api import List, Lists, ListShop, ListShops

urlpatterns: list[URLPattern | URLResolver] = [
    *route("lists", Lists.as_view(), name="lists"),
    *route("lists/<str:list_id>", List.as_view(), name="list"),
    *route("lists/<str:list_id>/shops", ListShops.as_view(), name="list_shops"),
    *route("lists/<str:list_id>/shops/<str:shop_id>", ListShop.as_view(), name="list_shop"),
]
