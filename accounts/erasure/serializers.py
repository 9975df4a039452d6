"""The shapes of what is asked and answered about a member's leaving."""

from rest_framework import serializers

from caferoam.api.bodies import RequestBody
from caferoam.api.identity import MemberState


class DeletionRequest(RequestBody):
    """DELETE /profile."""

    confirm = serializers.ChoiceField(
        choices=["DELETE", "刪除"],
        required=False,
        help_text="Typed by the member. Not needed within 10 minutes of a sign-in.",
    )


class RestoreRequest(RequestBody):
    """POST /profile/restore, which says nothing further."""


class DeletionSerializer(serializers.Serializer[None]):
    """A member's leaving."""

    requested_at = serializers.DateTimeField()
    purge_after = serializers.DateTimeField(help_text="Until then it can be taken back; then everything is deleted.")
    can_be_restored = serializers.BooleanField(help_text="False as soon as something has been deleted.")


class RestoredSerializer(serializers.Serializer[None]):
    """Where the member stands now."""

    state = serializers.ChoiceField(choices=[state.value for state in MemberState])
