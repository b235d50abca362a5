-- Each from the index that holds just those rows.
SELECT 'queued', count(*) FROM live WHERE state = 'queued'
UNION ALL
SELECT 'running', count(*) FROM live WHERE state = 'running'
UNION ALL
SELECT 'retrying', count(*) FROM live WHERE state = 'retrying'
UNION ALL
SELECT 'scheduled', (SELECT count(*) FROM live WHERE state IN ('scheduled', 'retrying'))
                  - (SELECT count(*) FROM live WHERE state = 'retrying')
UNION ALL
SELECT state, count(*) FROM history GROUP BY state
