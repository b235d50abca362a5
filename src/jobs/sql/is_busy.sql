SELECT EXISTS (SELECT 1 FROM live WHERE state = 'queued')
    OR EXISTS (SELECT 1 FROM live WHERE state = 'running')
    OR EXISTS (SELECT 1 FROM live WHERE state = 'retrying')
