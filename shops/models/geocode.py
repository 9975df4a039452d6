"""What geocoders answered, so that nothing is asked twice."""

from django.db import models
from django.db.models.functions import Now


class Geocode(models.Model):
    """One answer. Only those of vendors who allow it are kept here."""

    class Kind(models.TextChoices):
        FORWARD = "forward", "where an address is"
        REVERSE = "reverse", "in which area a point lies"

    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind)
    query = models.TextField(help_text="Normalised: the same question has the same words.")
    answer = models.JSONField(null=True, help_text="NULL: nothing was found, which is asked again after a while.")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "geocodes"
        constraints = [models.UniqueConstraint(fields=["provider", "kind", "query"], name="geocodes_once")]

    def __str__(self) -> str:
        return self.query
