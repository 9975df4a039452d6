import logging

from caferoam.celery import app


def test_celery_s_own_log_level_changes_nothing() -> None:
    before = logging.getLogger().level
    app.log.setup(loglevel=logging.DEBUG, redirect_stdouts=True)
    assert logging.getLogger().level == before != logging.DEBUG
