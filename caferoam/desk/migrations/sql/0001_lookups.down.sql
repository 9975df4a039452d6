DROP INDEX job_queue_shop;
DROP INDEX job_queue_newest;
