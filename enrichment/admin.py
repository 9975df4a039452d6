"""The page about spending in the admin, and the budgets that are set there; and the curators' pages of menus."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk import troubles
from caferoam.desk.pages import TableAdmin
from caferoam.desk.site import desk
from caferoam.desk.troubles import Trouble
from caferoam.desk.words import clock
from enrichment.menu_pages import MenuItemAdmin
from enrichment.models import LlmBudget
from enrichment.spending import page
from enrichment.spending.purposes import PURPOSES, label_of, pause_of
from shops.models import MenuItem

_REACHED = {
    LlmBudget.Period.DAY: gettext_lazy("The day's budget is used up: %(purpose)s pauses until %(until)s."),
    LlmBudget.Period.MONTH: gettext_lazy("The month's budget is used up: %(purpose)s pauses until %(until)s."),
}


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What a purpose may cost; empty is without bound."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    daily_usd = forms.DecimalField(
        label=gettext_lazy("USD a day"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy("From midnight to midnight in Taipei. 0 means that nothing may be spent."),
    )
    monthly_usd = forms.DecimalField(
        label=gettext_lazy("USD a month"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy("From the first of the month on, in Taipei. At least what a day may cost."),
    )

    class Meta:
        model = LlmBudget
        fields = ("purpose", "daily_usd", "monthly_usd")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (purpose := self.fields.get("purpose")) is not None and isinstance(purpose, forms.ChoiceField):
            taken = set(LlmBudget.objects.values_list("purpose", flat=True))
            purpose.choices = [(name, f"{label} ({name})") for name, label in PURPOSES if name not in taken]

    def clean(self) -> dict[str, Any]:
        """A month holds at least one day; a budget without any bound is none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        daily, monthly = cleaned.get("daily_usd"), cleaned.get("monthly_usd")
        if daily is None and monthly is None:
            raise forms.ValidationError(_("Say what a day or a month may cost, or delete the budget."))
        if daily is not None and monthly is not None and monthly < daily:
            self.add_error("monthly_usd", _("This is less than what a day may cost."))
        return cleaned


class BudgetAdmin(TableAdmin):
    """Where a list of budgets would be stands what they are about: how much was spent, on what."""

    form = BudgetForm
    fields = ("purpose", "daily_usd", "monthly_usd")

    def get_readonly_fields(self, request: HttpRequest, obj: LlmBudget | None = None) -> tuple[str, ...]:
        return () if obj is None else ("purpose",)

    def save_model(self, request: HttpRequest, obj: LlmBudget, form: Any, change: bool) -> None:
        """Only what was changed: the database writes in the same row when the budget is reached."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, under a name that says whose budget it is."""
        title = _("Budget: %(purpose)s") % {"purpose": label_of(object_id)} if object_id else _("Set a budget")
        return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What was spent.

        Raises:
            BadRequest: the address asks for what the page does not have.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        wish = page.Wish.of(request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Spend"),
            "page": page.read(wish),
            "periods": [(name, label) for name, (_days, label) in page.PERIODS.items()],
            "groupings": [(name, label) for name, (_by, label) in page.GROUPINGS.items()],
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "enrichment/spend.html", context)


def reached_budgets() -> Iterator[Trouble]:
    """What pauses because its budget is used up."""
    for budget in LlmBudget.objects.filter(reached_until__gt=Now()):
        if budget.reached_by is None or budget.reached_until is None:  # together or not at all, says the database
            continue
        text = _REACHED[LlmBudget.Period(budget.reached_by)]
        yield Trouble(
            str(text) % {"purpose": label_of(budget.purpose), "until": clock(budget.reached_until)},
            pause_of(budget.purpose),
            reverse("admin:enrichment_llmbudget_changelist"),
            is_grave=False,
        )


desk.register(LlmBudget, BudgetAdmin)
desk.register(MenuItem, MenuItemAdmin)
troubles.register(reached_budgets)
