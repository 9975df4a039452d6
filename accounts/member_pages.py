"""The operators' pages about members: a list to find them, and one page for each, with what can be done from there."""

import re
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import operations
from accounts.models import Consent, Profile, UserRole
from accounts.models.profile import ProfileQuerySet
from caferoam.api.identity import MemberState
from caferoam.desk.acts import tell
from caferoam.desk.display import ago
from caferoam.desk.pages import WatchedAdmin

_BEGINNING: Final = re.compile(r"[0-9a-f]{4,32}")
_STATES: Final = {
    MemberState.ACTIVE: ("open", gettext_lazy("Active")),
    MemberState.CONSENT_REQUIRED: ("due", gettext_lazy("Has not agreed")),
    MemberState.DELETION_PENDING: ("failed", gettext_lazy("Leaving")),
    MemberState.DEACTIVATED: ("dead", gettext_lazy("Closed")),
}
_ROLES: Final = {
    UserRole.Role.CURATOR: gettext_lazy("Curator"),
    UserRole.Role.ADMIN: gettext_lazy("Administrator"),
}
_KINDS: Final = {
    Consent.Kind.SERVICE: gettext_lazy("The service itself"),
    Consent.Kind.WEEKLY_EMAIL: gettext_lazy("The weekly email"),
}
_SOURCES: Final = {
    Consent.Source.SIGN_UP: gettext_lazy("sign-up"),
    Consent.Source.PROFILE: gettext_lazy("profile page"),
    Consent.Source.UNSUBSCRIBE: gettext_lazy("unsubscribe link"),
    Consent.Source.DELETION: gettext_lazy("deletion of the account"),
}


class MemberAdmin(WatchedAdmin):
    """Members are looked at here. What they say of themselves is theirs to change, so there is no form for it."""

    title = gettext_lazy("Members")
    list_display = ("name", "short_id", "state", "roles", "joined")
    list_display_links = ("name", "short_id")
    ordering = ("-created_at", "-pk")
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    search_help_text = gettext_lazy("An id or how it begins, a whole email address, or a part of the display name.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [  # in place of Django's own, which would offer forms
            path("<uuid:member>/change/", view(self.member_view), name="accounts_profile_change"),
            path("<uuid:member>/close/", view(self.close_view), name="accounts_profile_close"),
            path("<uuid:member>/reopen/", view(self.reopen_view), name="accounts_profile_reopen"),
            path("<uuid:member>/roles/", view(self.roles_view), name="accounts_profile_roles"),
            path("", view(self.changelist_view), name="accounts_profile_changelist"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        return Profile.objects.with_roles().with_state()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Profile], search_term: str
    ) -> tuple[QuerySet[Profile], bool]:
        return search(queryset, search_term), False

    @display(description=gettext_lazy("Display name"))
    def name(self, member: Profile) -> str:
        return member.display_name or "–"

    @display(description=gettext_lazy("Id"))
    def short_id(self, member: Profile) -> SafeString:
        return format_html("<code>{}</code>", str(member.pk)[:8])

    @display(description=gettext_lazy("State"))
    def state(self, member: Profile) -> SafeString:
        return state_badge(member.state)

    @display(description=gettext_lazy("Roles"))
    def roles(self, member: Profile) -> str:
        return format_html_join(", ", "{}", ((_ROLES[UserRole.Role(role)],) for role in member.role_names)) or "–"

    @display(description=gettext_lazy("Joined"))
    def joined(self, member: Profile) -> str:
        return ago(member.created_at)

    def member_view(self, request: HttpRequest, member: UUID) -> HttpResponseBase:
        """All that is known of one member that an operator must know."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        known: ProfileQuerySet = Profile.objects.with_counts().with_state()
        profile = get_object_or_404(known, pk=member)
        held = {row.role: row for row in UserRole.objects.filter(user_id=member)}
        context = {
            **self.admin_site.each_context(request),
            "title": profile.display_name or str(member)[:8],
            "member": profile,
            "email": _email(member),
            "state": state_badge(profile.state),
            "roles": [{"role": role, "name": name, "held": held.get(role)} for role, name in _ROLES.items()],
            "consents": [
                {"row": row, "kind": _KINDS[Consent.Kind(row.kind)], "source": _SOURCES[Consent.Source(row.source)]}
                for row in Consent.objects.filter(user_id=member).order_by("-at", "-pk")
            ],
            "may_change": self.has_change_permission(request),
            "may_grant": _may_change_roles(request),
        }
        return TemplateResponse(request, "accounts/member.html", context)

    def close_view(self, request: HttpRequest, member: UUID) -> HttpResponseBase:
        """Ask, then refuse the member everything."""
        profile = self._changeable(request, member)
        if request.method == "POST":
            with transaction.atomic():
                if operations.close_account(member):
                    self.log_change(request, profile, [{"closed": True}])
            messages.success(request, _("The account is closed."))
            return _back_to(member)
        return self._ask(
            request,
            member,
            title=_("Close the account of %(name)s?") % {"name": profile},
            consequence=_(
                "From their next request on, everything that needs an account is refused to them; they can still have"
                " it deleted. Nothing of theirs is deleted by this, and you can take it back."
            ),
            label=_("Close the account"),
        )

    def reopen_view(self, request: HttpRequest, member: UUID) -> HttpResponseBase:
        """Ask, then let the member in again."""
        profile = self._changeable(request, member)
        if request.method == "POST":
            with transaction.atomic():
                if operations.reopen_account(member):
                    self.log_change(request, profile, [{"reopened": True}])
            messages.success(request, _("The account is open again."))
            return _back_to(member)
        return self._ask(
            request,
            member,
            title=_("Open the account of %(name)s again?") % {"name": profile},
            consequence=_("They can do again what members can, and find everything as they left it."),
            label=_("Open the account"),
        )

    def roles_view(self, request: HttpRequest, member: UUID) -> HttpResponseBase:
        """Grant a role, or revoke one."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_view_permission(request) and _may_change_roles(request)):
            raise PermissionDenied
        profile = get_object_or_404(Profile, pk=member)
        grant, revoke = request.POST.get("grant", ""), request.POST.get("revoke", "")
        if (grant or revoke) not in UserRole.Role.values or (grant and revoke):
            raise Http404
        role = UserRole.Role(grant or revoke)
        with transaction.atomic():
            if grant and operations.grant_role(member, role, by=request.user.get_username()):
                self.log_change(request, profile, [{"role_granted": role.value}])
            elif revoke and operations.revoke_role(member, role):
                self.log_change(request, profile, [{"role_revoked": role.value}])
        done = _("%(name)s is %(role)s.") if grant else _("%(name)s is no longer %(role)s.")
        messages.success(request, done % {"name": profile, "role": _ROLES[role]})
        return _back_to(member)

    def _changeable(self, request: HttpRequest, member: UUID) -> Profile:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(Profile, pk=member)

    def _ask(self, request: HttpRequest, member: UUID, *, title: str, consequence: str, label: str) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "consequence": consequence,
            "label": label,
            "back": reverse("admin:accounts_profile_change", args=[member]),
        }
        return TemplateResponse(request, "desk/confirm.html", context)


def search(members: QuerySet[Profile], text: str) -> QuerySet[Profile]:
    """By an id or how it begins, by an email address, by a part of the display name."""
    text = text.strip()
    found = Q(display_name__icontains=text)
    digits = text.lower().replace("-", "")
    if "@" in text:
        # An address only as a whole: nobody needs to leaf through those of all.
        with connection.cursor() as cursor:
            cursor.execute("SELECT private.members_with_email_v1(%s)", [text])
            found |= Q(pk__in=cursor.fetchone()[0])
    elif _BEGINNING.fullmatch(digits):
        found |= Q(pk__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))))
    return members.filter(found) if text else members


def state_badge(state: str) -> SafeString:
    """What the database lets a member do, as a word in a colour."""
    colour, word = _STATES[MemberState(state)]
    return format_html('<span class="badge badge-{}">{}</span>', colour, word)


def _email(member: UUID) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT private.member_email_v1(%s)", [member])
        row: tuple[str | None] = cursor.fetchone()
    return row[0]


def _may_change_roles(request: HttpRequest) -> bool:
    return request.user.has_perms(["accounts.add_userrole", "accounts.delete_userrole"])


def _back_to(member: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:accounts_profile_change", args=[member]))


tell("closed", lambda _noted: _("Account closed"))
tell("reopened", lambda _noted: _("Account opened again"))
tell("role_granted", lambda role: _("Role granted: %(role)s") % {"role": _ROLES[UserRole.Role(role)]})
tell("role_revoked", lambda role: _("Role revoked: %(role)s") % {"role": _ROLES[UserRole.Role(role)]})
