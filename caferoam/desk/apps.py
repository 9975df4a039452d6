from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "caferoam.desk"
    label = "desk"


class AdminTablesConfig(AppConfig):
    """Django's admin for processes that serve none of its pages: the tables, without the checks of its middleware."""

    name = "django.contrib.admin"
    default_auto_field = "django.db.models.AutoField"
    default_site = "django.contrib.admin.sites.AdminSite"
    default = False
