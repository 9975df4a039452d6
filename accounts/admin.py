"""Registers the operators' pages about members. Loaded by the admin's process alone."""

from accounts.erasure.admin import DeletionAdmin
from accounts.member_pages import MemberAdmin
from accounts.models import AccountDeletion, Profile, Upload
from accounts.uploads.admin import UploadAdmin
from caferoam.desk.site import desk

desk.register(Profile, MemberAdmin)
desk.register(AccountDeletion, DeletionAdmin)
desk.register(Upload, UploadAdmin)
