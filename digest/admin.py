"""The curators' pages of the weekly email: the edition's form, how the mail will look, and the steps to its sending."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin, TabularInline, display
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.csp import CSP
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from caferoam.desk.acts import tell
from caferoam.desk.display import clock_and_ago, number
from caferoam.desk.site import desk
from digest import editions, outbox
from digest.content import EN, LOCALES, ZH, content_of
from digest.editions import EditionRefused
from digest.forms import EditionForm, PickForm, described
from digest.letters import write_letter
from digest.models import Delivery, Edition, Pick
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
_REFUSALS: Final = {
    "empty": gettext_lazy("An edition needs at least one café that visitors can see."),
    "week_taken": gettext_lazy("Another edition is approved for that week, or was sent."),
    "no_draft": gettext_lazy("It is no draft any more."),
    "not_ready": gettext_lazy("It is not waiting to be sent."),
}
_LANGUAGES: Final = {ZH: gettext_lazy("Chinese"), EN: gettext_lazy("English")}
_SAMPLE_LINK: Final = "#"
SUGGESTIONS: Final = 12


class PickInline(TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The cafés in their order, which is changed by dragging."""

    model = Pick
    form = PickForm
    verbose_name = gettext_lazy("Café")
    verbose_name_plural = gettext_lazy("Cafés")
    fields = ("position", "shop", "blurb_zh", "blurb_en")
    extra = 3
    max_num = 12
    ordering = ("position", "id")


class EditionAdmin(ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Editions are written here, looked at as mail, approved, and sent ahead of time where that is wanted."""

    form = EditionForm
    inlines = (PickInline,)
    list_display = ("week", "state", "made_by", "cafes", "deliveries", "ended")
    list_per_page = 30
    ordering = ("-week", "status", "pk")
    sortable_by = ()
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

    # The stubs are of Django 6.1, where it has one more parameter.
    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Any, str, Any]]:  # type: ignore[override]
        return {}

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

    @display(description=gettext_lazy("State"))
    def state(self, edition: Edition) -> SafeString:
        return state_badge(edition)

    @display(description=gettext_lazy("By"))
    def made_by(self, edition: Edition) -> str:
        return _("rules") if edition.is_automatic else edition.created_by

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
        more = {"title": _("Weekly email"), "is_offline": _is_offline()}
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
        if not self.has_view_permission(request):
            raise PermissionDenied
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
        content = content_of(edition)
        letters = [
            {
                "language": _LANGUAGES[locale],
                "subject": write_letter(content, locale).subject,
                "text": write_letter(content, locale).ending_at(_SAMPLE_LINK)[1],
                "url": reverse("admin:digest_edition_letter", args=[edition_id, locale]),
            }
            for locale in LOCALES
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of %(week)s") % {"week": edition},
            "edition": edition,
            "letters": letters,
            **_standing(edition),
        }
        return TemplateResponse(request, "digest/preview.html", context)

    def letter_view(self, request: HttpRequest, edition_id: UUID, locale: str) -> HttpResponseBase:
        """The mail itself, for a frame of the preview."""
        edition = self._seen(request, edition_id)
        if locale not in LOCALES:
            raise Http404
        html, _text = write_letter(content_of(edition), locale).ending_at(_SAMPLE_LINK)
        return HttpResponse(html)

    def step_view(self, request: HttpRequest, edition_id: UUID, step: str) -> HttpResponseBase:
        """Ask, then take a step."""
        edition = self._seen(request, edition_id)
        if not super().has_change_permission(request, edition):
            raise PermissionDenied
        if step not in _STEPS:
            raise Http404
        take, label, consequence, done, note = _STEPS[step]
        back = reverse("admin:digest_edition_change", args=[edition_id])
        if request.method == "POST":
            try:
                with transaction.atomic():
                    take(edition_id)
                    self.log_change(request, edition, [{note: str(edition)}])
                messages.success(request, done)
            except EditionRefused as refused:
                messages.error(request, _REFUSALS[refused.reason])
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{label}: {edition}",
            "consequence": consequence,
            "label": label,
            "back": back,
        }
        if step == "send":
            context["consequence"] = f"{consequence} " + _("Readers at this moment: %(count)s.") % {
                "count": number(_readers())
            }
        return TemplateResponse(request, "desk/confirm.html", context)

    def _must_be_offline(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not _is_offline():
            raise Http404

    def _seen(self, request: HttpRequest, edition_id: UUID) -> Edition:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Edition, pk=edition_id)


_STEPS: Final[dict[str, tuple[Callable[[UUID], object], Any, Any, Any, str]]] = {
    "approve": (
        editions.approve,
        gettext_lazy("Approve"),
        gettext_lazy("It is sent on its Monday at 09:00 in Taipei. Until then you can take this back."),
        gettext_lazy("Approved."),
        "edition_approved",
    ),
    "withdraw": (
        editions.withdraw,
        gettext_lazy("Back to draft"),
        gettext_lazy("If nobody approves an edition by its Monday, 09:00 in Taipei, one made by rules is sent."),
        gettext_lazy("It is a draft again."),
        "edition_withdrawn",
    ),
    "send": (
        editions.send_now,
        gettext_lazy("Send now"),
        gettext_lazy("It goes out at once to all who want it, and nothing of it can be changed any more."),
        gettext_lazy("A worker sends it now."),
        "edition_sent",
    ),
}
tell("edition_approved", lambda week: _("Approved the edition of %(week)s") % {"week": week})
tell("edition_withdrawn", lambda week: _("Made the edition of %(week)s a draft again") % {"week": week})
tell("edition_sent", lambda week: _("Sent the edition of %(week)s") % {"week": week})


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
            {"label": _STEPS[step][1], "url": reverse("admin:digest_edition_step", args=[edition.pk, step])}
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
