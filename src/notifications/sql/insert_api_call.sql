INSERT INTO api_calls (created_at, trace, job, request, template, place, method, url, request_headers, request_body, status,
                       response_headers, response_body, duration_ms, error)
VALUES (:created_at, :trace, :job, :request, :template, :place, :method, :url, :request_headers, :request_body, :status,
        :response_headers, :response_body, :duration_ms, :error)
