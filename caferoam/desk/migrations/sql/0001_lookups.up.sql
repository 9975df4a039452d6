-- What operators look jobs up by: the newest first, and what was done for one café. Neither column ever changes in a row,
-- so starting a job and renewing its lease still touch no index. The id is not in it: in a small table Postgres would
-- look up rows by their id through it, and a worker keeps such a plan while the table grows.
CREATE INDEX job_queue_newest ON job_queue (created_at);
CREATE INDEX job_queue_shop ON job_queue ((payload ->> 'shop_id'), created_at) WHERE payload ? 'shop_id';
