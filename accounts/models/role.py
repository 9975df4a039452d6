from django.db import models
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class UserRole(models.Model):
    """What a member may do beyond their own things. Never read from a token: its metadata is the user's to write."""

    class Role(models.TextChoices):
        CURATOR = "curator", "curator"
        ADMIN = "admin", "administrator"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="roles")
    role = models.CharField(max_length=20, choices=Role)
    granted_at = models.DateTimeField(db_default=Now())
    granted_by = models.CharField(max_length=150, db_default="", default="", help_text="The operator's user name.")

    class Meta:
        db_table = "user_roles"
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="user_roles_once"),
            models.CheckConstraint(condition=models.Q(role__in=["curator", "admin"]), name="user_roles_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
