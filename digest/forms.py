"""The form of an edition and of its picks, as curators fill it in."""

import re
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digest.editions import monday_of, next_free_monday
from digest.models import Edition, Pick
from shops.models import Shop

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
INTRO_MAX_LENGTH: Final = 3_000
BLURB_MAX_LENGTH: Final = 500
CAFES_MAX: Final = 12


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What an edition says besides its cafés."""

    # Only Mondays can be chosen: the steps of a week are counted from one.
    week = forms.DateField(
        label=gettext_lazy("Monday on which it is sent"),
        help_text=gettext_lazy("It goes out at 09:00 in Taipei if it is approved by then, or else one made by rules."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "step": 7}),
    )
    intro_zh = forms.CharField(
        label=gettext_lazy("Introduction, Chinese"),
        help_text=gettext_lazy("What is missing in one language is sent in the other."),
        required=False,
        max_length=INTRO_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    intro_en = forms.CharField(
        label=gettext_lazy("Introduction, English"),
        required=False,
        max_length=INTRO_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    class Meta:
        model = Edition
        fields = ("week", "subject_zh", "subject_en", "intro_zh", "intro_en")
        labels = {
            "subject_zh": gettext_lazy("Subject, Chinese"),
            "subject_en": gettext_lazy("Subject, English"),
        }
        help_texts = {"subject_zh": gettext_lazy("Without one, the subject names the first cafés."), "subject_en": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:  # noqa: SLF001 - documented, in spite of its name
            # The database's default is no value by which the picks' forms could look. Only what is about to be saved
            # gets one: the picks' forms that are shown would keep it, and not fit the form that comes back.
            self.instance.pk = uuid4() if self.is_bound else None
            self.initial.setdefault("week", next_free_monday(timezone.now()))
        if "week" in self.fields:  # not for those who may only look
            self.fields["week"].widget.attrs["min"] = str(monday_of(timezone.now()))

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        before = week - timedelta(days=week.weekday())
        if week.weekday() != 0:
            nearest = {"before": before, "after": before + timedelta(weeks=1)}
            raise forms.ValidationError(
                _("This is no Monday. The nearest are %(before)s and %(after)s.") % nearest, code="no_monday"
            )
        if week != self.instance.week and week < monday_of(timezone.now()):
            raise forms.ValidationError(_("That Monday is over: nothing would be sent any more."), code="over")
        taken = Edition.objects.exclude(status=Edition.Status.DRAFT).filter(week=week).exclude(pk=self.instance.pk)
        if self.instance.status != Edition.Status.DRAFT and taken.exists():
            raise forms.ValidationError(_("Another edition is approved for that week, or was sent."))
        return week


class ShopField(forms.CharField):
    """A café by its name, or by anything that holds its id, as suggestions and addresses of its page do."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "vTextField shop-field", "list": "shop-suggestions"})
        super().__init__(max_length=400, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Name and id, where it is known."""
        if isinstance(value, UUID):
            shop = Shop.objects.filter(pk=value).first()
            return described(shop) if shop else str(value)
        return value

    def clean(self, value: Any) -> Shop | None:
        """Raises ``ValidationError`` unless it is one café that visitors can see."""
        text = super().clean(value).strip()
        given = _UUID.search(text)
        shops = Shop.objects.live()
        found = list(shops.filter(pk=given[0]) if given else shops.filter(name=text)[:2])
        if not found:
            raise forms.ValidationError(
                _("No café that visitors can see is called this. Type a part of its name, and choose from the list.")
            )
        if len(found) > 1:
            raise forms.ValidationError(_("Several cafés have this name: choose one of those suggested."))
        return found[0]


class PickForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One café of an edition."""

    shop = ShopField(
        label=gettext_lazy("Café"),
        error_messages={"required": gettext_lazy("Which café is it? Choose one, or remove this row.")},
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place"),
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "pick-position"}),
    )
    blurb_zh = forms.CharField(
        label=gettext_lazy("Blurb, Chinese"),
        required=False,
        max_length=BLURB_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    blurb_en = forms.CharField(
        label=gettext_lazy("Blurb, English"),
        required=False,
        max_length=BLURB_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Pick
        fields = ("position", "shop", "label", "blurb_zh", "blurb_en")
        labels = {"label": gettext_lazy("Above the name")}

    def clean_position(self) -> int:
        """An empty one comes last."""
        position = self.cleaned_data["position"]
        return 999 if position is None else int(position)


class PickFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The cafés of an edition, each of them once."""

    def validate_unique(self) -> None:
        """Tell of a café that comes again where it does, and by its name. Django would call it duplicate data."""
        seen: set[UUID] = set()
        for form in self.forms:
            shop = form.cleaned_data.get("shop") if form.is_valid() else None
            if shop is None or form in self.deleted_forms:
                continue
            if shop.pk in seen:
                form.add_error("shop", _("%(name)s is in this edition already.") % {"name": shop.name})
            seen.add(shop.pk)


def described(shop: Shop) -> str:
    """As it is suggested, and read back."""
    return " · ".join(filter(None, (shop.name, f"{shop.city}{shop.district}", str(shop.pk))))
