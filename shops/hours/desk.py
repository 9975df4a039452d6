"""Hours in the curators' form of a café: how its text was read, and a field to put that right."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shops.hours.simple import HoursError, Wrong, read_simple, write_simple
from shops.hours.telling import week_hours
from shops.hours.week import OpenWeek

TEXT_MAX_LENGTH: Final = 1_000
_PIECE_MAX_LENGTH: Final = 60
_WRONG: Final = {
    Wrong.FORM: gettext_lazy("“%(piece)s” is not understood. Write it as in Mo-Fr 08:00-18:00; Sa 10:00-02:00."),
    Wrong.TIME: gettext_lazy("“%(piece)s” are no hours: a day goes from 00:00 to 24:00."),
    Wrong.DAY_TWICE: gettext_lazy("%(piece)s stands there twice. Put all hours of a day in one place, with commas."),
    Wrong.OVERLAP: gettext_lazy("Some of the hours overlap, maybe a night and the next morning."),
    Wrong.NEVER_OPEN: gettext_lazy("It must be open on some day. Leave this empty if its hours are not known."),
}


class HoursField(forms.CharField):
    """Takes and shows the simple form; its value is a week, or None where nothing is written."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 60})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=TEXT_MAX_LENGTH,
            label=gettext_lazy("Hours"),
            help_text=gettext_lazy(
                "As in Mo-Fr 08:00-18:00; Sa 10:00-12:00,13:00-02:00; or 24/7. Days that are not named are closed."
                " Empty: not known."
            ),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """A week as text; what was typed stays as it is."""
        return write_simple(value) if isinstance(value, OpenWeek) else value

    def to_python(self, value: Any) -> OpenWeek | None:  # type: ignore[override]  # a week, not its text
        """Raises ValidationError, saying what is wrong."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_simple(text)
        except HoursError as exc:
            piece = exc.piece if len(exc.piece) <= _PIECE_MAX_LENGTH else f"{exc.piece[:_PIECE_MAX_LENGTH]}…"
            raise ValidationError(_WRONG[exc.wrong], params={"piece": piece}) from exc

    def run_validators(self, value: Any) -> None:
        """The week was judged when it was read; Django's validators look at text."""


def week_table(week: OpenWeek) -> SafeString:
    """The hours of each day."""
    rows = format_html_join(
        "\n",
        "<tr><th scope=row>{}</th><td>{}</td></tr>",
        (
            (
                WEEKDAYS[day["day"] - 1],
                ", ".join(f"{hours['opens']}–{hours['closes']}" for hours in day["intervals"]) or _("closed"),
            )
            for day in week_hours(week)["week"]
        ),
    )
    return format_html('<table class="week">{}</table>', rows)
