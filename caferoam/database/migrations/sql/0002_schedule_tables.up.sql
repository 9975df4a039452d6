-- django-celery-beat's tables come from a package that knows nothing of row-level security. Beat and the admin log in as workers.
ALTER TABLE django_celery_beat_clockedschedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_crontabschedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_intervalschedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_periodictask ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_periodictasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_solarschedule ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON django_celery_beat_clockedschedule, django_celery_beat_crontabschedule, django_celery_beat_intervalschedule,
    django_celery_beat_periodictask, django_celery_beat_periodictasks, django_celery_beat_solarschedule FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON django_celery_beat_clockedschedule, django_celery_beat_crontabschedule,
    django_celery_beat_intervalschedule, django_celery_beat_periodictask, django_celery_beat_periodictasks,
    django_celery_beat_solarschedule TO service_role;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO service_role;
