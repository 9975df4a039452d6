from django.db import models
from django.db.models.functions import Length, Now

models.CharField.register_lookup(Length)


class Profile(models.Model):
    """What CafeRoam keeps of a member. The key is the id of the Supabase auth user (a foreign key in the database)."""

    class Locale(models.TextChoices):
        ZH_TW = "zh-TW", "繁體中文"
        EN = "en", "English"

    id = models.UUIDField(primary_key=True)
    display_name = models.CharField(max_length=30, null=True)
    locale = models.CharField(max_length=5, choices=Locale, db_default=Locale.ZH_TW)
    avatar_upload = models.OneToOneField(
        "accounts.Upload",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        help_text="Claimed when it is set here.",
    )
    email_opt_in = models.BooleanField(
        db_default=False, default=False, help_text="The last word of the member's consents to the weekly email."
    )
    pdpa_consent_at = models.DateTimeField(
        null=True, help_text="When the member agreed to the purposes named at sign-up."
    )
    deactivated_at = models.DateTimeField(null=True, help_text="From then on every signed-in request is refused.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "profiles"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(display_name__isnull=True) | models.Q(display_name__length__range=(1, 30)),
                name="profiles_display_name_length",
            ),
            models.CheckConstraint(condition=models.Q(locale__in=["zh-TW", "en"]), name="profiles_locale_known"),
        ]

    def __str__(self) -> str:
        return self.display_name or str(self.id)
