"""Registers the operators' pages."""

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from caferoam.desk.site import desk

desk.register(User, UserAdmin)
desk.register(Group, GroupAdmin)
