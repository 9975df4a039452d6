ALTER TABLE django_celery_beat_clockedschedule DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_crontabschedule DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_intervalschedule DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_periodictask DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_periodictasks DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_celery_beat_solarschedule DISABLE ROW LEVEL SECURITY;
