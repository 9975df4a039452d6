"""The shapes of what is asked and answered about uploads. Answers are plain data; a test holds them to these shapes."""

from rest_framework import serializers

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from accounts.uploads.headers import Kind
from accounts.uploads.refusals import Reason
from caferoam.api.bodies import RequestBody


class UploadRequest(RequestBody):
    """POST /uploads."""

    purpose = serializers.ChoiceField(choices=Upload.Purpose.values)
    content_type = serializers.ChoiceField(
        choices=[kind.value for kind in Kind],
        error_messages={"invalid_choice": "Photos are taken as image/jpeg, image/png or image/webp."},
    )
    bytes = serializers.IntegerField(
        min_value=1, max_value=MAX_BYTES, help_text="The file's size; the PUT must bring as much."
    )


class UploadTicketSerializer(serializers.Serializer[None]):
    """Where one file may be put. The URL is told this once."""

    id = serializers.UUIDField(help_text="What the upload is called where it is used, such as in a check-in.")
    purpose = serializers.ChoiceField(choices=Upload.Purpose.values)
    upload_url = serializers.URLField(help_text="Good for one file, until `expires_at`.")
    method = serializers.ChoiceField(choices=["PUT"])
    headers = serializers.DictField(child=serializers.CharField(), help_text="To be sent with the file.")
    expires_at = serializers.DateTimeField(help_text="Until then the upload can be used.")


class RefusalSerializer(serializers.Serializer[None]):
    """Why a file was not taken."""

    code = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    message = serializers.CharField()


class PhotoSerializer(serializers.Serializer[None]):
    """A photo as its owner sees it. Its URLs are good for ten minutes; null while there is none to be had."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=[status for status in Upload.Status.values if status != Upload.Status.DISCARDED],
        help_text="pending until something uses it, claimed until it was looked at, then ready or refused.",
    )
    refusal = RefusalSerializer(allow_null=True)
    url = serializers.URLField(allow_null=True)
    thumbnail_url = serializers.URLField(allow_null=True)
    width = serializers.IntegerField(allow_null=True, help_text="pixels")
    height = serializers.IntegerField(allow_null=True, help_text="pixels")


class UploadSerializer(PhotoSerializer):
    """An upload as its owner sees it."""

    purpose = serializers.ChoiceField(choices=Upload.Purpose.values)
    expires_at = serializers.DateTimeField(help_text="Of no more account once it is used.")
