"""What the routes of lists take and give, as the API describes it. Answers are plain data; a test holds them to it."""

from rest_framework import serializers

from caferoam.api.bodies import MAX_ITEMS, RequestBody
from caferoam.api.params import QueryParams
from caferoam.api.texts import LineField, ProseField
from lists.models import LISTS_PER_MEMBER, NAME_MAX_LENGTH, NOTE_MAX_LENGTH
from lists.reading import PAGE_MAX
from shops.serializers import ShopPhotoSerializer

_NAME = "No other list of yours may have it, case and blanks aside."
_NOTE = "For your eyes only. A note that is not given stays as it is."


class ListParams(QueryParams):
    """GET /lists/{list_id}."""

    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=PAGE_MAX)
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before, of the same list.")


class NewListBody(RequestBody):
    """POST /lists."""

    name = LineField(max_length=NAME_MAX_LENGTH, help_text=_NAME)


class ChangedListBody(RequestBody):
    """PATCH /lists/{list_id}."""

    name = LineField(max_length=NAME_MAX_LENGTH, required=False, help_text=_NAME)
    shop_ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MAX_ITEMS,
        help_text="All cafés of the list, each once, in their new order.",
    )


class NewItemBody(RequestBody):
    """POST /lists/{list_id}/shops."""

    shop_id = serializers.UUIDField()
    note = ProseField(required=False, max_length=NOTE_MAX_LENGTH, help_text=_NOTE)


class ChangedItemBody(RequestBody):
    """PATCH /lists/{list_id}/shops/{shop_id}."""

    note = ProseField(required=False, max_length=NOTE_MAX_LENGTH, help_text=_NOTE)


class _Shape(serializers.Serializer[None]):
    pass  # a docstring here would describe every shape


class ShopCardSerializer(_Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    rating = serializers.FloatField(allow_null=True, help_text="1 to 5")
    photo = ShopPhotoSerializer(allow_null=True, help_text="The first of its photos.")


class ListItemSerializer(_Shape):
    shop_id = serializers.UUIDField()
    shop_status = serializers.ChoiceField(
        choices=("live", "closed", "unavailable"),
        help_text="closed: for good. unavailable: taken out of the directory, perhaps for a while.",
    )
    shop = ShopCardSerializer(allow_null=True, help_text="null while it is unavailable.")
    note = serializers.CharField()
    added_at = serializers.DateTimeField()


class ListSerializer(_Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When its name or its cafés changed.")
    items_total = serializers.IntegerField(help_text="All cafés on the list, on this page or not.")
    items = ListItemSerializer(many=True, help_text="In the list's order.")
    next_cursor = serializers.CharField(
        allow_null=True, help_text="For the items that follow: `GET /lists/{list_id}?cursor=…`."
    )


class ListsSerializer(_Shape):
    results = ListSerializer(many=True, help_text=f"The oldest first, each with its first {PAGE_MAX} cafés.")
    cap = serializers.IntegerField(help_text=f"Lists that a member may keep: {LISTS_PER_MEMBER}.")
