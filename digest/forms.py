"""The form of an edition and of its picks, as curators fill it in."""

import re
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digest.models import Edition, Pick
from shops.models import Shop

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
INTRO_MAX_LENGTH: Final = 3_000
BLURB_MAX_LENGTH: Final = 1_000


class EditionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What an edition says besides its cafés."""

    class Meta:
        model = Edition
        fields = ("week", "subject_zh", "subject_en", "intro_zh", "intro_en")
        labels = {
            "week": gettext_lazy("Monday on which it is sent"),
            "subject_zh": gettext_lazy("Subject, Chinese"),
            "subject_en": gettext_lazy("Subject, English"),
            "intro_zh": gettext_lazy("Introduction, Chinese"),
            "intro_en": gettext_lazy("Introduction, English"),
        }
        help_texts = {
            "week": gettext_lazy(
                "It goes out at 09:00 in Taipei if it is approved by then, or else one made by rules."
            ),
            "subject_zh": gettext_lazy("Without one, the subject names the first cafés."),
            "subject_en": "",
            "intro_zh": gettext_lazy("What is missing in one language is sent in the other."),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 4, "cols": 60, "maxlength": INTRO_MAX_LENGTH})
            for name in ("intro_zh", "intro_en")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:  # noqa: SLF001 - documented, in spite of its name
            self.instance.pk = uuid4()  # the database's default is no value by which the picks' forms could look

    def clean_week(self) -> Any:
        week = self.cleaned_data["week"]
        if week.weekday() != 0:
            raise forms.ValidationError(_("This is no Monday."))
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
        if not text:
            return None
        given = _UUID.search(text)
        shops = Shop.objects.live()
        found = list(shops.filter(pk=given[0]) if given else shops.filter(name=text)[:2])
        if not found:
            raise forms.ValidationError(_("No café that visitors can see has this name or id."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several cafés have this name: choose one of those suggested."))
        return found[0]


class PickForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One café of an edition."""

    shop = ShopField(label=gettext_lazy("Café"))
    position = forms.IntegerField(
        label=gettext_lazy("Place"),
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.NumberInput(attrs={"class": "pick-position"}),
    )

    class Meta:
        model = Pick
        fields = ("position", "shop", "blurb_zh", "blurb_en")
        labels = {"blurb_zh": gettext_lazy("Blurb, Chinese"), "blurb_en": gettext_lazy("Blurb, English")}
        widgets = {
            name: forms.Textarea(attrs={"rows": 3, "cols": 30, "maxlength": BLURB_MAX_LENGTH})
            for name in ("blurb_zh", "blurb_en")
        }

    def clean_position(self) -> int:
        """An empty one comes last."""
        position = self.cleaned_data["position"]
        return 999 if position is None else int(position)


def described(shop: Shop) -> str:
    """As it is suggested, and read back."""
    return " · ".join(filter(None, (shop.name, f"{shop.city}{shop.district}", str(shop.pk))))
