"""The shapes of what is asked and answered about profiles. Answers are plain data; tests hold them to these shapes."""

from rest_framework import serializers

from accounts import consent
from accounts.models import Consent, Profile, UserRole
from accounts.models.profile import DISPLAY_NAME_MAX_LENGTH
from accounts.uploads.serializers import PhotoSerializer
from caferoam.api.bodies import RequestBody
from caferoam.api.texts import LineField


class JoinRequest(RequestBody):
    """POST /auth/callback."""

    consent_version = serializers.ChoiceField(
        choices=[consent.VERSION],
        help_text="Of the text that the member was shown and has agreed to; see GET /auth/consent.",
        error_messages={
            "invalid_choice": "This is not the text that members agree to now: show what GET /auth/consent says."
        },
    )
    locale = serializers.ChoiceField(choices=Profile.Locale.values, help_text="The language it was shown in.")
    email_opt_in = serializers.BooleanField(
        required=False,
        help_text="The answer to the weekly email. Absent: no, or for a member what they said last.",
    )


class ProfileChangeRequest(RequestBody):
    """PATCH /profile."""

    may_be_empty = False

    display_name = LineField(
        max_length=DISPLAY_NAME_MAX_LENGTH, allow_null=True, required=False, help_text="One line; null for none."
    )
    locale = serializers.ChoiceField(choices=Profile.Locale.values, required=False)
    email_opt_in = serializers.BooleanField(required=False, help_text="Consent to the weekly email, or its end.")
    avatar_upload_id = serializers.UUIDField(
        allow_null=True, required=False, help_text="An upload for this purpose whose file has arrived; null for none."
    )


class _Shape(serializers.Serializer[None]):
    pass  # a docstring here would describe every shape


class CountsSerializer(_Shape):
    check_ins = serializers.IntegerField()
    stamps = serializers.IntegerField()
    lists = serializers.IntegerField()


class ProfileSerializer(_Shape):
    id = serializers.UUIDField(help_text="Supabase's id of the user.")
    email = serializers.CharField(allow_null=True, help_text="From the token; not kept.")
    display_name = serializers.CharField(allow_null=True)
    locale = serializers.ChoiceField(choices=Profile.Locale.values)
    email_opt_in = serializers.BooleanField()
    avatar = PhotoSerializer(allow_null=True, help_text="Public once it is ready; claimed while it is looked at.")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=UserRole.Role.values))
    pdpa_consent_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    counts = CountsSerializer()


class ConsentItemSerializer(_Shape):
    id = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()


class ConsentSectionSerializer(_Shape):
    id = serializers.CharField()
    heading = serializers.CharField()
    text = serializers.CharField()
    items = ConsentItemSerializer(many=True, help_text="The named purposes; empty for other sections.")


class ConsentQuestionSerializer(_Shape):
    kind = serializers.ChoiceField(choices=Consent.Kind.values)
    required = serializers.BooleanField(  # type: ignore[assignment] # the wire's own name, which Field uses too
        help_text="Whether one cannot become a member without a yes."
    )
    text = serializers.CharField(help_text="Beside a box that is empty until the member ticks it.")


class ConsentNoticeSerializer(_Shape):
    title = serializers.CharField()
    sections = ConsentSectionSerializer(many=True)
    questions = ConsentQuestionSerializer(many=True)


class ConsentTextSerializer(_Shape):
    version = serializers.CharField(help_text="What POST /auth/callback wants as consent_version.")
    contact = serializers.CharField(help_text="Where members write about their data.")
    notices = serializers.DictField(child=ConsentNoticeSerializer(), help_text="By locale: zh-TW and en.")
