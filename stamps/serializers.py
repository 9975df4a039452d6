"""What the routes of stamps take and give, as the API describes it. Answers are plain data; a test holds them to it."""

from rest_framework import serializers

from checkins.serializers import OfShopSerializer, PageParams


class StampParams(PageParams):
    """GET /stamps."""

    group = serializers.ChoiceField(
        choices=("shop",), required=False, help_text="The passport: one entry for each café, with how often and when."
    )
    shop_id = serializers.UUIDField(required=False, help_text="Only what was earned at this café.")


class StampSerializer(OfShopSerializer):
    id = serializers.UUIDField()
    check_in_id = serializers.UUIDField(help_text="What it was earned by.")
    design_url = serializers.CharField(help_text="A path of this API: the café's own picture, as SVG.")
    created_at = serializers.DateTimeField()


class StampPageSerializer(serializers.Serializer[None]):
    results = StampSerializer(many=True, help_text="The newest first.")
    next_cursor = serializers.CharField(allow_null=True)


class PassportEntrySerializer(OfShopSerializer):
    design_url = serializers.CharField(help_text="A path of this API: the café's own picture, as SVG.")
    count = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class PassportPageSerializer(serializers.Serializer[None]):
    results = PassportEntrySerializer(many=True, help_text="The café stamped last comes first.")
    next_cursor = serializers.CharField(allow_null=True)
