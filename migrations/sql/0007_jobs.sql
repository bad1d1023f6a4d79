-- Durable jobs. The queue itself is procrastinate's, in a schema of its own: which job a worker
-- takes next, and which workers are alive. What people see of a job, and which of its effects have
-- happened, is ours.

-- Whoever calls the queue's functions, whatever the search path, they find their own tables.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT oid::regprocedure::text AS signature FROM pg_proc
        WHERE pronamespace = 'procrastinate'::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = procrastinate, pg_temp',
            made.signature);
    END LOOP;
END $$;

-- ``queued`` is the job's present number in the queue: a retry has a new one, so that nothing
-- that is left of the former can touch it. ``due_at``: the moment of the schedule that asked for it.
-- ``areas`` were those of the asker when asking (NULL: all): the job never sees more than these.
CREATE TABLE gisapp.jobs (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    parameters jsonb NOT NULL,
    account bigint,
    account_name text NOT NULL,
    areas text[],
    due_at timestamptz,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    ended_at timestamptz,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    queued bigint,
    attempts integer NOT NULL DEFAULT 0,
    cancel_asked boolean NOT NULL DEFAULT false,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    progress_zh text NOT NULL DEFAULT '',
    progress_en text NOT NULL DEFAULT '',
    result jsonb,
    error_zh text NOT NULL DEFAULT '',
    error_en text NOT NULL DEFAULT '',
    log_id text NOT NULL DEFAULT '',
    UNIQUE (name, due_at)
);
CREATE INDEX jobs_account ON gisapp.jobs (account, id);
CREATE INDEX jobs_open ON gisapp.jobs (id) WHERE state IN ('waiting', 'running');

-- The effects of a job that have happened, each noted in the transaction that made it. A worker
-- that takes the job up again finds the note, and the outcome, and leaves the effect alone.
CREATE TABLE gisapp.job_effects (
    job bigint NOT NULL REFERENCES gisapp.jobs ON DELETE CASCADE,
    step text NOT NULL,
    outcome jsonb,
    PRIMARY KEY (job, step)
);

-- What a job leaves to be fetched, with what its asker saw when it was made: the areas (NULL: all),
-- and the layers that were hidden.
CREATE TABLE gisapp.job_documents (
    job bigint PRIMARY KEY REFERENCES gisapp.jobs ON DELETE CASCADE,
    areas text[],
    hidden text[] NOT NULL,
    media_type text NOT NULL,
    file_name text NOT NULL,
    body text NOT NULL
);

-- Put a job into the queue, in the caller's transaction: it waits from its commit on.
CREATE FUNCTION gisapp.queue_job(job bigint) RETURNS void
LANGUAGE sql AS $$
    UPDATE gisapp.jobs SET state = 'waiting', queued = (
        procrastinate.procrastinate_defer_jobs_v1(ARRAY[ROW(
            'gisapp', 'gisapp:run', 0, NULL, NULL, jsonb_build_object('job', id), NULL
        )::procrastinate.procrastinate_job_to_defer_v1]))[1]
    WHERE id = queue_job.job
$$;

-- Take up again what dead workers have left: those not heard of for ``silence``, and those that
-- lost touch with a job while giving it back. Returns how many jobs were taken up.
CREATE FUNCTION gisapp.take_up_jobs(silence interval) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
    taken integer := 0;
BEGIN
    FOR held IN
        SELECT entry.id FROM procrastinate.procrastinate_jobs AS entry
        LEFT JOIN procrastinate.procrastinate_workers AS worker ON worker.id = entry.worker_id
        WHERE entry.status = 'doing'
            AND (worker.id IS NULL OR worker.last_heartbeat < now() - silence)
        FOR UPDATE OF entry SKIP LOCKED
    LOOP
        -- A job that was to be cancelled is taken up too: the next worker only notes its end.
        UPDATE procrastinate.procrastinate_jobs SET abort_requested = false WHERE id = held;
        PERFORM procrastinate.procrastinate_retry_job_v2(held, now(), NULL, NULL, NULL);
        PERFORM pg_notify('procrastinate_any_queue_v1',
            json_build_object('type', 'job_inserted', 'job_id', held)::text);
        taken := taken + 1;
    END LOOP;
    FOR held IN
        SELECT job.id FROM gisapp.jobs AS job
        WHERE job.state IN ('waiting', 'running') AND NOT EXISTS (
            SELECT FROM procrastinate.procrastinate_jobs AS entry
            WHERE entry.id = job.queued AND (entry.status = 'todo' OR entry.status = 'doing' AND (
                job.state = 'running' OR (
                    SELECT max(event.at) FROM procrastinate.procrastinate_events AS event
                    WHERE event.job_id = entry.id AND event.type = 'started'
                ) > now() - silence
            ))
        )
        FOR UPDATE OF job SKIP LOCKED
    LOOP
        PERFORM gisapp.queue_job(held);
        taken := taken + 1;
    END LOOP;
    RETURN taken;
END $$;
