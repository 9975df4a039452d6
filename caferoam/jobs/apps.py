from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "caferoam.jobs"
    label = "jobs"
