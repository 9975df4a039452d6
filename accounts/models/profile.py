from typing import Final, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, F, Func, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Length, Now
from django.utils.translation import gettext_lazy as _

from accounts.models.role import UserRole
from caferoam.text.unseen import SEEN, UNSEEN_IN_A_LINE

models.CharField.register_lookup(Length)

DISPLAY_NAME_MAX_LENGTH: Final = 30
COUNTED: Final = {"check_ins": "checkins.CheckIn", "stamps": "stamps.Stamp", "lists": "lists.ShopList"}
"""What members have most to do with, by dotted name: it belongs to apps that stand on this one."""


class ProfileQuerySet(models.QuerySet["Profile"]):
    def with_counts(self) -> Self:
        """Annotate how many rows of each of ``COUNTED`` the member has, as ``check_ins_count`` and so on."""
        counts = {}
        for name, model in COUNTED.items():
            own = apps.get_model(model)._default_manager.filter(user_id=OuterRef("pk")).order_by()  # noqa: SLF001 - Django's public name for it
            counts[f"{name}_count"] = Coalesce(
                Subquery(own.values("user_id").annotate(n=Count("pk")).values("n")), Value(0)
            )
        return self.annotate(**counts)

    def with_roles(self) -> Self:
        """Annotate ``role_names``, sorted."""
        own = UserRole.objects.filter(user_id=OuterRef("pk")).order_by("role")
        return self.annotate(role_names=ArraySubquery(own.values("role")))

    def with_state(self) -> Self:
        """Annotate ``state``: what the database lets the member do, in the words of ``MemberState``."""
        state = Func(F("pk"), function="private.member_state_v1", output_field=models.TextField())
        return self.annotate(state=state)


class Profile(models.Model):
    """What CafeRoam keeps of a member. The key is the id of the Supabase auth user (a foreign key in the database)."""

    class Locale(models.TextChoices):
        ZH_TW = "zh-TW", "繁體中文"
        EN = "en", "English"

    id = models.UUIDField(primary_key=True)
    display_name = models.CharField(max_length=DISPLAY_NAME_MAX_LENGTH, null=True)
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

    # What the queryset annotates.
    check_ins_count: int
    stamps_count: int
    lists_count: int
    role_names: list[str]
    state: str

    objects = ProfileQuerySet.as_manager()

    class Meta:
        db_table = "profiles"
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(display_name__isnull=True)
                | models.Q(display_name__length__range=(1, DISPLAY_NAME_MAX_LENGTH)),
                name="profiles_display_name_length",
            ),
            models.CheckConstraint(
                condition=models.Q(display_name__isnull=True) | ~models.Q(display_name__regex=UNSEEN_IN_A_LINE),
                name="profiles_display_name_seen",
            ),
            models.CheckConstraint(
                condition=models.Q(display_name__isnull=True) | models.Q(display_name__regex=SEEN),
                name="profiles_display_name_visible",
            ),
            models.CheckConstraint(condition=models.Q(locale__in=["zh-TW", "en"]), name="profiles_locale_known"),
        ]

    def __str__(self) -> str:
        return self.display_name or str(self.id)
