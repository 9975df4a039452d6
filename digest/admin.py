"""The curators' pages of the weekly email: the edition's form, how the mail will look, and the steps to its sending."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import TabularInline, display
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from caferoam.desk.display import clock_and_ago, number
from caferoam.desk.pages import TableAdmin
from caferoam.desk.site import desk
from digest import automatic, editions, outbox
from digest.content import LOCALES, content_of
from digest.editions import EditionRefused
from digest.forms import CAFES_MAX, EditionForm, PickForm, PickFormSet, described
from digest.models import Delivery, Edition, Pick
from digest.previews import html_of, previewed
from digest.steps import REFUSALS, STEPS
from shops.models import Shop

_STATES: Final = {
    Edition.Status.DRAFT: ("open", gettext_lazy("Draft")),
    Edition.Status.READY: ("later", gettext_lazy("Approved")),
    Edition.Status.SENDING: ("running", gettext_lazy("Being sent")),
    Edition.Status.SENT: ("done", gettext_lazy("Sent")),
}
_DELIVERIES: Final = {
    Delivery.Status.PENDING: gettext_lazy("To be sent"),
    Delivery.Status.SENT: gettext_lazy("Sent"),
    Delivery.Status.SKIPPED: gettext_lazy("Not sent: withdrawn or suppressed"),
    Delivery.Status.FAILED: gettext_lazy("Failed"),
}
SUGGESTIONS: Final = 12


class PickInline(TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The cafés in their order, which is changed by dragging."""

    model = Pick
    form = PickForm
    formset = PickFormSet
    verbose_name = gettext_lazy("Café")
    verbose_name_plural = gettext_lazy("Cafés")
    fields = ("position", "shop", "label", "blurb_zh", "blurb_en")
    max_num = CAFES_MAX
    ordering = ("position", "id")

    def get_extra(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> int:
        """Rows to fill in, for a new one."""
        return 3 if obj is None else 0

    def get_formset(self, request: HttpRequest, obj: Edition | None = None, **kwargs: Any) -> Any:
        """No more cafés than there is room for, whatever a form says."""
        return super().get_formset(request, obj, validate_max=True, **kwargs)


class EditionAdmin(TableAdmin):
    """Editions are written here, looked at as mail, approved, and sent ahead of time where that is wanted."""

    form = EditionForm
    fields = ("week", ("subject_zh", "subject_en"), ("intro_zh", "intro_en"))
    inlines = (PickInline,)
    list_display = ("monday", "state", "made_by", "cafes", "deliveries", "ended")
    list_per_page = 30
    ordering = ("-week", "status", "pk")
    actions = None
    change_form_template = "digest/edition_form.html"
    change_list_template = "digest/edition_list.html"

    class Media:
        css = {"all": ["digest/edition.css"]}
        js = ["digest/edition.js"]

    def has_change_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        """Not once the first mail may be on its way: what goes out is what was approved."""
        return super().has_change_permission(request, obj) and (obj is None or not _is_under_way(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not _is_under_way(obj))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(cafes_count=Count("picks"))

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user.get_username()
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        framed = csp_override(_letter_policy())
        return [
            path("cafes/", view(self.suggest_view), name="digest_edition_cafes"),
            path("rules/", view(self.rules_view), name="digest_edition_rules"),
            path(
                "rules/letter/<str:locale>/",
                xframe_options_sameorigin(framed(view(self.rules_letter_view))),
                name="digest_edition_rules_letter",
            ),
            path("outbox/", view(self.outbox_view), name="digest_edition_outbox"),
            path("outbox/<str:batch>/<str:name>/", framed(view(self.written_view)), name="digest_edition_written"),
            path("<uuid:edition_id>/preview/", view(self.preview_view), name="digest_edition_preview"),
            path(
                "<uuid:edition_id>/letter/<str:locale>/",
                xframe_options_sameorigin(framed(view(self.letter_view))),
                name="digest_edition_letter",
            ),
            path("<uuid:edition_id>/step/<str:step>/", view(self.step_view), name="digest_edition_step"),
            *super().get_urls(),
        ]

    def response_post_save_add(self, request: HttpRequest, obj: Edition) -> HttpResponseRedirect:
        """What was written is looked at next."""
        return HttpResponseRedirect(reverse("admin:digest_edition_preview", args=[obj.pk]))

    def response_post_save_change(self, request: HttpRequest, obj: Edition) -> HttpResponseRedirect:
        """Likewise."""
        return self.response_post_save_add(request, obj)

    @display(description=gettext_lazy("Monday"))
    def monday(self, edition: Edition) -> str:
        return date_format(edition.week)

    @display(description=gettext_lazy("State"))
    def state(self, edition: Edition) -> SafeString:
        return state_badge(edition)

    @display(description=gettext_lazy("Made by"))
    def made_by(self, edition: Edition) -> str:
        return _("rules (automatic)") if edition.is_automatic else edition.created_by

    @display(description=gettext_lazy("Cafés"))
    def cafes(self, edition: Any) -> int:
        return int(edition.cafes_count)

    @display(description=gettext_lazy("Readers"))
    def deliveries(self, edition: Edition) -> str:
        if not _is_under_way(edition):
            return "–"
        return number(Delivery.objects.filter(edition=edition, status=Delivery.Status.SENT).count())

    @display(description=gettext_lazy("Sent"))
    def ended(self, edition: Edition) -> str:
        return clock_and_ago(edition.sent_at) if edition.sent_at else "–"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The latest first."""
        more = {
            "title": _("Weekly email"),
            "is_offline": _is_offline(),
            "next_monday": (monday := editions.next_monday(timezone.now())),
            "coming": Edition.objects.exclude(status=Edition.Status.DRAFT).filter(week=monday).first(),
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form, with the steps that can be taken, and how far the sending has come."""
        edition = self.get_object(request, object_id)
        more = {"edition": edition, **_standing(edition)} if edition else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def suggest_view(self, request: HttpRequest) -> HttpResponseBase:
        """Cafés whose name holds what was typed."""
        self._must_see(request)
        text = request.GET.get("q", "").strip()[:100]
        shops = Shop.objects.live().filter(name__icontains=text).order_by("name", "id") if text else Shop.objects.none()
        return JsonResponse({"cafes": [described(shop) for shop in shops[:SUGGESTIONS]]})

    def outbox_view(self, request: HttpRequest) -> HttpResponseBase:
        """The mails that were written instead of being sent; where mail is sent there is no such page."""
        self._must_be_offline(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Mails written here"),
            "folder": settings.MAIL_FOLDER,
            "mails": outbox.latest(),
        }
        return TemplateResponse(request, "digest/outbox.html", context)

    def written_view(self, request: HttpRequest, batch: str, name: str) -> HttpResponseBase:
        """One of them, as a mail program would show it."""
        self._must_be_offline(request)
        html = outbox.html_of(batch, name)
        if html is None:
            raise Http404
        return HttpResponse(html)

    def preview_view(self, request: HttpRequest, edition_id: UUID) -> HttpResponseBase:
        """How the mail will look, in both languages, on a wide screen and on a phone."""
        edition = self._seen(request, edition_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of %(week)s") % {"week": edition},
            "edition": edition,
            "letters": previewed(
                content_of(edition), lambda locale: reverse("admin:digest_edition_letter", args=[edition_id, locale])
            ),
            **_standing(edition),
        }
        return TemplateResponse(request, "digest/preview.html", context)

    def letter_view(self, request: HttpRequest, edition_id: UUID, locale: str) -> HttpResponseBase:
        """The mail itself, for a frame of the preview."""
        edition = self._seen(request, edition_id)
        if locale not in LOCALES:
            raise Http404
        return HttpResponse(html_of(content_of(edition), locale))

    def rules_view(self, request: HttpRequest) -> HttpResponseBase:
        """What would be sent if nobody approved anything; by POST a draft of it, to go on with."""
        self._must_see(request)
        week = editions.next_free_monday(timezone.now())
        if request.method == "POST":
            return self._draft_of_rules(request, week)
        with editions.as_it_would_be(week) as edition:
            content = content_of(edition) if edition else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the rules would send on %(week)s") % {"week": week},
            "may_add": self.has_add_permission(request),
            "letters": previewed(content, lambda locale: reverse("admin:digest_edition_rules_letter", args=[locale]))
            if content
            else [],
        }
        return TemplateResponse(request, "digest/rules.html", context)

    def rules_letter_view(self, request: HttpRequest, locale: str) -> HttpResponseBase:
        """The mail of that, for a frame."""
        self._must_see(request)
        with editions.as_it_would_be(editions.next_free_monday(timezone.now())) as edition:
            content = content_of(edition) if edition else None
        if content is None or locale not in LOCALES:
            raise Http404
        return HttpResponse(html_of(content, locale))

    def _draft_of_rules(self, request: HttpRequest, week: date) -> HttpResponseBase:
        if not self.has_add_permission(request):
            raise PermissionDenied
        edition = automatic.draft_edition(week, by=request.user.get_username())
        if edition is None:
            messages.error(request, REFUSALS["empty"])
            return HttpResponseRedirect(reverse("admin:digest_edition_changelist"))
        self.log_addition(request, edition, [{"added": {}}])
        return HttpResponseRedirect(reverse("admin:digest_edition_change", args=[edition.pk]))

    def step_view(self, request: HttpRequest, edition_id: UUID, step: str) -> HttpResponseBase:
        """Ask, then take a step."""
        edition = self._seen(request, edition_id)
        if not super().has_change_permission(request, edition):
            raise PermissionDenied
        if step not in STEPS:
            raise Http404
        chosen = STEPS[step]
        back = reverse("admin:digest_edition_change", args=[edition_id])
        if request.method == "POST":
            try:
                with transaction.atomic():
                    chosen.take(edition_id)
                    self.log_change(request, edition, [{chosen.note: str(edition)}])
                messages.success(request, chosen.done)
            except EditionRefused as refused:
                messages.error(request, REFUSALS[refused.reason])
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{chosen.label}: {edition}",
            "consequence": chosen.consequence,
            "label": chosen.label,
            "back": back,
        }
        if step == "send":
            context["consequence"] = f"{chosen.consequence} " + _("Readers at this moment: %(count)s.") % {
                "count": number(_readers())
            }
        return TemplateResponse(request, "desk/confirm.html", context)

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _must_be_offline(self, request: HttpRequest) -> None:
        self._must_see(request)
        if not _is_offline():
            raise Http404

    def _seen(self, request: HttpRequest, edition_id: UUID) -> Edition:
        self._must_see(request)
        return get_object_or_404(Edition, pk=edition_id)


def state_badge(edition: Edition) -> SafeString:
    """How an edition stands, as a word in a colour."""
    colour, word = _STATES[Edition.Status(edition.status)]
    return format_html('<span class="badge badge-{}">{}</span>', colour, word)


def _standing(edition: Edition) -> dict[str, Any]:
    steps = {
        Edition.Status.DRAFT: ["approve"],
        Edition.Status.READY: ["send", "withdraw"],
        Edition.Status.SENDING: ["send"],
        Edition.Status.SENT: [],
    }[Edition.Status(edition.status)]
    counted = dict(Delivery.objects.filter(edition=edition).values_list("status").annotate(Count("pk")).order_by())
    return {
        "state": state_badge(edition),
        "steps": [
            {"label": STEPS[step].label, "url": reverse("admin:digest_edition_step", args=[edition.pk, step])}
            for step in steps
        ],
        "counts": [(word, counted[status]) for status, word in _DELIVERIES.items() if status in counted],
    }


def _is_under_way(edition: Edition) -> bool:
    return edition.status in {Edition.Status.SENDING, Edition.Status.SENT}


def _is_offline() -> bool:
    return bool(settings.EMAIL_PROVIDER == "offline")


def _readers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM profiles WHERE email_opt_in AND deactivated_at IS NULL")
        return int(cursor.fetchone()[0])


def _letter_policy() -> dict[str, list[str]]:
    """The mail has its styles in itself and its photos in our storage, and runs nothing."""
    storage = urlsplit(settings.SUPABASE_URL)
    return {
        "default-src": [CSP.NONE],
        "style-src": [CSP.UNSAFE_INLINE],
        "img-src": [f"{storage.scheme}://{storage.netloc}"],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.NONE],
        "frame-ancestors": [CSP.SELF],
    }


desk.register(Edition, EditionAdmin)
