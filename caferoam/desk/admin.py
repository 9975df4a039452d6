"""Registers the operators' pages."""

from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django_celery_beat.models import PeriodicTask

from caferoam.desk.jobs import JobAdmin
from caferoam.desk.lanes import LaneAdmin
from caferoam.desk.schedule import ScheduleAdmin
from caferoam.desk.site import desk
from caferoam.jobs.models import Job, Lane

desk.register(Job, JobAdmin)
desk.register(Lane, LaneAdmin)
desk.register(PeriodicTask, ScheduleAdmin)
desk.register(User, UserAdmin)
desk.register(Group, GroupAdmin)
