"""A column of the minutes of the week, which Django has no field for."""

from typing import TYPE_CHECKING, Any

from django.db import models
from psycopg.types.multirange import Multirange

from shops.hours.week import OpenWeek, read_open_week

if TYPE_CHECKING:
    _WeekField = models.Field[OpenWeek | None, OpenWeek | None]
else:
    _WeekField = models.Field  # generic in the stubs only


class OpenMinutesField(_WeekField):
    """An ``int4multirange`` of minutes of the week, which Python sees as an ``OpenWeek``; NULL: not known.

    Forms do not show it: people write hours as text (see ``shops.hours.simple``).
    """

    description = "Minutes of the week"

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "int4multirange"

    def from_db_value(self, value: "Multirange[int] | str | None", expression: Any, connection: Any) -> OpenWeek | None:
        """What the driver makes of the column, as a week."""
        if value is None:
            return None
        return read_open_week(str(value))

    def to_python(self, value: Any) -> OpenWeek | None:
        """A week, or the text that Postgres writes it as."""
        return value if value is None or isinstance(value, OpenWeek) else read_open_week(str(value))

    def get_prep_value(self, value: Any) -> str | None:
        """The text that Postgres reads."""
        week = self.to_python(super().get_prep_value(value))
        return None if week is None else week.literal

    def value_to_string(self, obj: models.Model) -> str:
        """For fixtures."""
        week = self.value_from_object(obj)
        return "" if week is None else week.literal

    def formfield(self, *args: Any, **kwargs: Any) -> None:
        """None, see above."""
