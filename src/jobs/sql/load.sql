SELECT source_name, partial, block_source, block_path, block_line, args, context, trace, request, depth, channel
FROM jobs WHERE id = :id
