"""Registers the operators' pages."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django_celery_beat.models import PeriodicTask

from caferoam.desk.acts import LogAdmin
from caferoam.desk.jobs import JobAdmin
from caferoam.desk.lanes import LaneAdmin
from caferoam.desk.people import OperatorAdmin, OperatorGroupAdmin
from caferoam.desk.schedule import ScheduleAdmin
from caferoam.desk.site import desk
from caferoam.jobs.models import Job, Lane

desk.register(Job, JobAdmin)
desk.register(Lane, LaneAdmin)
desk.register(PeriodicTask, ScheduleAdmin)
desk.register(User, OperatorAdmin)
desk.register(Group, OperatorGroupAdmin)
desk.register(LogEntry, LogAdmin)
