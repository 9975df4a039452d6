"""The admin site on which every app registers its pages."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caferoam.api.addresses import address_of
from caferoam.desk import overview
from caferoam.desk.login_guard import LoginGuard


class Desk(AdminSite):
    """Starts with the state of the queue, and slows down whoever guesses passwords."""

    site_title = _("CafeRoam desk")
    site_header = _("CafeRoam desk")
    index_title = _("Overview")
    site_url = None
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's login, but after too many failures nothing is tried for a while."""
        if request.method != "POST":
            return super().login(request, extra_context)
        guard = LoginGuard(request.POST.get("username", ""), address_of(request))
        if not guard.admit():
            context = {**self.each_context(request), "title": _("Too many attempts"), "wait": guard.window}
            return TemplateResponse(request, "desk/too_many_attempts.html", context, status=429)
        response = super().login(request, extra_context)
        if request.user.is_authenticated:
            guard.forget()
            request.session.clear_expired()  # nothing else does
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The state of the queue, for those who may look at jobs."""
        context = {**self.each_context(request), "title": self.index_title, **(extra_context or {})}
        if not request.user.has_perm("jobs.view_job"):
            return TemplateResponse(request, "desk/no_permission.html", context)
        context |= {"overview": overview.read(), "jobs_url": reverse("admin:jobs_job_changelist")}
        return TemplateResponse(request, "desk/overview.html", context)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page shows around itself: the ways to the others that this operator may take."""
        pages = [
            (_("Overview"), "admin:index", None),
            (_("Jobs"), "admin:jobs_job_changelist", "jobs.view_job"),
            (_("Lanes"), "admin:jobs_lane_changelist", "jobs.view_lane"),
            (_("Schedule"), "admin:django_celery_beat_periodictask_changelist", "django_celery_beat.view_periodictask"),
            (_("Spend"), "admin:enrichment_llmbudget_changelist", "enrichment.view_llmbudget"),
            (_("Cafés"), "admin:shops_shop_changelist", "shops.view_shop"),
            (_("Menus"), "admin:shops_menuitem_changelist", "shops.view_menuitem"),
            (_("Weekly email"), "admin:digest_edition_changelist", "digest.view_edition"),
            (_("Members"), "admin:accounts_profile_changelist", "accounts.view_profile"),
            (_("Check-ins"), "admin:checkins_checkin_changelist", "checkins.view_checkin"),
            (_("Lists"), "admin:lists_shoplist_changelist", "lists.view_shoplist"),
            (_("Uploads"), "admin:accounts_upload_changelist", "accounts.view_upload"),
            (_("Leaving members"), "admin:accounts_accountdeletion_changelist", "accounts.view_accountdeletion"),
            (_("Log"), "admin:admin_logentry_changelist", "admin.view_logentry"),
            (_("Operators"), "admin:auth_user_changelist", "auth.view_user"),
        ]
        here = request.resolver_match.view_name if request.resolver_match else ""
        ways = [
            {"label": label, "url": reverse(name), "is_here": _family(name) == _family(here)}
            for label, name, permission in pages
            if permission is None or request.user.has_perm(permission)
        ]
        return {**super().each_context(request), "ways": ways}


def _family(view_name: str) -> str:
    """``admin:jobs_job_change`` and ``admin:jobs_job_changelist`` are of one family."""
    return view_name.rpartition("_")[0] or view_name


desk = Desk()
