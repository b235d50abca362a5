-- A job that is known already is left alone, so that a caller who is unsure may enqueue again.
INSERT INTO jobs (id, source_name, partial, block_source, block_path, block_line, channel, args, context, priority, created_at,
                  trace, request, parent, depth)
VALUES (:id, :source_name, :partial, :block_source, :block_path, :block_line, :channel, :args, :context, :priority, :created_at,
        :trace, :request, :parent, :depth)
ON CONFLICT (id) DO NOTHING
