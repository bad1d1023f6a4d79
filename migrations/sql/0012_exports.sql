-- Documents of jobs that are files: ``stored`` names one in the folder of exports, which is gone
-- after ``expires_at``. Whoever may not see all of ``areas`` is not given it.
ALTER TABLE gisapp.job_documents
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN stored text CHECK (stored !~ '[/\\]'),
    ADD COLUMN expires_at timestamptz,
    ADD CONSTRAINT job_documents_one CHECK ((body IS NULL) <> (stored IS NULL)),
    ADD CONSTRAINT job_documents_expire CHECK ((stored IS NULL) = (expires_at IS NULL));
