"""The shapes of what is asked and answered about exports."""

from rest_framework import serializers

from accounts.models import DataExport
from caferoam.api.bodies import RequestBody


class ExportRequest(RequestBody):
    """POST /profile/export, which says nothing further."""


class ExportSerializer(serializers.Serializer[None]):
    """All that is kept of a member, as a file to take away."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=DataExport.Status.values)
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="24 hours after it was ready it is deleted.")
    bytes = serializers.IntegerField(allow_null=True, help_text="Size of the file.")
    url = serializers.URLField(allow_null=True, help_text="Where to fetch the zip file, until then; null if not ready.")
