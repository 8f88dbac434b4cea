/// The tables of a corpus, as SQL to be read.
enum CorpusSchema {
    /// "Plbk": marks a SQLite file as a corpus (`PRAGMA application_id`).
    static let applicationID = 0x506c_626b

    /// The format's version (`PRAGMA user_version`); a reader refuses a later one.
    static let version = 1

    static let tables = """
        -- What was recorded and how: one row.
        CREATE TABLE recording (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            started_ns INTEGER NOT NULL,      -- Unix nanoseconds
            ended_ns INTEGER,                 -- Unix nanoseconds; null until a clean end
            complete INTEGER NOT NULL,        -- 1 after a clean end
            indexed TEXT NOT NULL,            -- whose items have rows: all, spans or none
            settings TEXT NOT NULL,           -- JSON: how it was recorded
            digest TEXT                       -- "sha256:" and 64 hex digits over the signal and
                                              -- sha256 of every request in order; null until then
        ) STRICT;

        -- Runs of consecutive export requests, compressed together.
        CREATE TABLE blocks (
            id INTEGER PRIMARY KEY,
            first_request INTEGER NOT NULL,
            request_count INTEGER NOT NULL,
            first_arrival_ns INTEGER NOT NULL,
            last_arrival_ns INTEGER NOT NULL,
            latest_ns INTEGER NOT NULL,       -- the latest timestamp in its payloads, or 0
            payload_bytes INTEGER NOT NULL,
            sealed INTEGER NOT NULL,          -- 0 while it waits to be joined with its neighbours
            indexed INTEGER NOT NULL,         -- 1 when its items have their rows
            crc32 INTEGER NOT NULL,           -- of data
            data BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX blocks_by_first_request ON blocks (first_request);

        -- The export requests; id counts up from 1 in the order of arrival, save that requests
        -- which came in at the same moment may be told apart only by the commit they were in.
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY,
            signal INTEGER NOT NULL,          -- 1 traces, 2 metrics, 3 logs
            arrival_ns INTEGER NOT NULL,      -- Unix nanoseconds
            payload_bytes INTEGER NOT NULL,
            json_bytes INTEGER NOT NULL,      -- the length of the same message as OTLP/JSON
            items INTEGER NOT NULL,
            skeleton_crc32 INTEGER NOT NULL,  -- of the payload with its holes zeroed
            sha256 BLOB NOT NULL,             -- of the payload
            protocol INTEGER                  -- how it arrived: null http/protobuf, 2 http/json,
                                              -- 3 grpc; corpora made before this was noted lack
                                              -- the column
        ) STRICT;

        -- Names that items share.
        CREATE TABLE services (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE resources (
            id INTEGER PRIMARY KEY,
            service_id INTEGER NOT NULL REFERENCES services (id),
            attributes TEXT NOT NULL,         -- a JSON object
            UNIQUE (service_id, attributes)
        ) STRICT;
        CREATE TABLE attribute_sets (         -- of those that people filter by
            id INTEGER PRIMARY KEY,
            resource_id INTEGER NOT NULL REFERENCES resources (id),
            attributes TEXT NOT NULL,         -- a JSON object
            UNIQUE (resource_id, attributes)
        ) STRICT;
        CREATE TABLE operations (
            id INTEGER PRIMARY KEY,
            service_id INTEGER NOT NULL REFERENCES services (id),
            name TEXT NOT NULL,
            kind INTEGER NOT NULL,            -- SpanKind
            UNIQUE (service_id, name, kind)
        ) STRICT;
        CREATE TABLE metrics (
            id INTEGER PRIMARY KEY,
            service_id INTEGER NOT NULL REFERENCES services (id),
            name TEXT NOT NULL,
            unit TEXT NOT NULL,
            type INTEGER NOT NULL,            -- the field number of Metric.data
            temporality INTEGER NOT NULL,     -- AggregationTemporality
            UNIQUE (service_id, name, unit, type, temporality)
        ) STRICT;
        CREATE TABLE messages (               -- those that recur often stand here once
            id INTEGER PRIMARY KEY,
            service_id INTEGER NOT NULL REFERENCES services (id),
            severity INTEGER NOT NULL,        -- SeverityNumber
            body TEXT NOT NULL                -- cut after 256 bytes
        ) STRICT;

        -- Every trace in the order of its first arrival, with the instant its timestamps are kept
        -- against. Number 0 stands for no trace; its instant is the recording's start.
        CREATE TABLE trace_ids (
            id INTEGER PRIMARY KEY,
            trace_id BLOB NOT NULL,
            anchor_ns INTEGER NOT NULL
        ) STRICT;

        -- The items, each table in the order in which it is read, n telling equals apart: a trace's
        -- spans and log records stand together, as do a metric's points, by time. Their times are
        -- differences; the readable_… views below give the times themselves.
        CREATE TABLE spans (
            trace INTEGER NOT NULL REFERENCES trace_ids (id),
            start_offset_ns INTEGER NOT NULL, -- after the trace's anchor
            n INTEGER NOT NULL,
            operation_id INTEGER NOT NULL REFERENCES operations (id),
            duration_ns INTEGER NOT NULL,
            status INTEGER NOT NULL,          -- 0 unset, 1 ok, 2 error
            span_id BLOB,
            parent_span_id BLOB,
            attribute_set_id INTEGER NOT NULL REFERENCES attribute_sets (id),
            PRIMARY KEY (trace, start_offset_ns, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE metric_points (
            metric_id INTEGER NOT NULL REFERENCES metrics (id),
            time_offset_ns INTEGER NOT NULL,  -- after the recording's start
            n INTEGER NOT NULL,
            interval_ns INTEGER,              -- from the point's start to its time; null without one
            value REAL,                       -- a number, or the sum of a distribution
            count INTEGER,                    -- of a distribution
            attribute_set_id INTEGER NOT NULL REFERENCES attribute_sets (id),
            PRIMARY KEY (metric_id, time_offset_ns, n)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE log_records (
            trace INTEGER NOT NULL REFERENCES trace_ids (id),
            time_offset_ns INTEGER NOT NULL,  -- after the trace's anchor
            n INTEGER NOT NULL,
            message_id INTEGER NOT NULL REFERENCES messages (id),
            span_id BLOB,
            attribute_set_id INTEGER NOT NULL REFERENCES attribute_sets (id),
            PRIMARY KEY (trace, time_offset_ns, n)
        ) STRICT, WITHOUT ROWID;
        """

    /// Views that spell out names, services and times.
    static let views = """
        CREATE VIEW traces AS
        SELECT trace_ids.id, lower(hex(trace_id)) AS trace_id, services.name AS service,
            operations.name AS root,
            strftime('%Y-%m-%dT%H:%M:%S', (anchor_ns + first_ns) / 1000000000, 'unixepoch')
                || printf('.%09dZ', (anchor_ns + first_ns) % 1000000000) AS start,
            anchor_ns + first_ns AS start_ns, (last_ns - first_ns) / 1e6 AS duration_ms,
            span_count, errors
        FROM (
                SELECT trace, min(start_offset_ns) AS first_ns,
                    max(start_offset_ns + duration_ns) AS last_ns,
                    count(*) AS span_count, sum(status = 2) AS errors
                FROM spans WHERE trace > 0 GROUP BY trace
            ) AS summed
            JOIN trace_ids ON trace_ids.id = summed.trace
            LEFT JOIN operations ON operations.id = (
                SELECT operation_id FROM spans
                WHERE spans.trace = summed.trace AND parent_span_id IS NULL
                ORDER BY start_offset_ns LIMIT 1)
            LEFT JOIN services ON services.id = service_id;
        CREATE VIEW readable_spans AS
        SELECT trace, services.name AS service, operations.name,
            CASE operations.kind WHEN 1 THEN 'internal' WHEN 2 THEN 'server' WHEN 3 THEN 'client'
                WHEN 4 THEN 'producer' WHEN 5 THEN 'consumer' ELSE 'unspecified' END AS kind,
            lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id,
            nullif(lower(hex(parent_span_id)), '') AS parent_span_id,
            strftime('%Y-%m-%dT%H:%M:%S', (anchor_ns + start_offset_ns) / 1000000000, 'unixepoch')
                || printf('.%09dZ', (anchor_ns + start_offset_ns) % 1000000000) AS start,
            anchor_ns + start_offset_ns AS start_ns, duration_ns, duration_ns / 1e6 AS duration_ms,
            CASE status WHEN 1 THEN 'ok' WHEN 2 THEN 'error' ELSE 'unset' END AS status,
            coalesce(attribute_sets.attributes ->> '$."http.response.status_code"',
                attribute_sets.attributes ->> '$."http.status_code"') AS http_status,
            attribute_sets.attributes ->> '$."error.type"' AS error_type,
            attribute_sets.attributes, resources.attributes AS resource
        FROM spans JOIN operations ON operations.id = operation_id
            JOIN services ON services.id = operations.service_id
            JOIN trace_ids ON trace_ids.id = trace
            JOIN attribute_sets ON attribute_sets.id = attribute_set_id
            JOIN resources ON resources.id = resource_id;
        CREATE VIEW readable_metric_points AS
        SELECT metric_id, services.name AS service, metrics.name, unit,
            CASE type WHEN 5 THEN 'gauge' WHEN 7 THEN 'sum' WHEN 9 THEN 'histogram'
                WHEN 10 THEN 'exponential histogram' WHEN 11 THEN 'summary' ELSE 'none' END AS type,
            strftime('%Y-%m-%dT%H:%M:%S', (started_ns + time_offset_ns) / 1000000000, 'unixepoch')
                || printf('.%09dZ', (started_ns + time_offset_ns) % 1000000000) AS time,
            started_ns + time_offset_ns AS time_ns,
            started_ns + time_offset_ns - interval_ns AS start_ns, value, count,
            attribute_sets.attributes, resources.attributes AS resource
        FROM metric_points JOIN metrics ON metrics.id = metric_id
            JOIN services ON services.id = metrics.service_id
            JOIN attribute_sets ON attribute_sets.id = attribute_set_id
            JOIN resources ON resources.id = resource_id
            JOIN recording;
        CREATE VIEW readable_log_records AS
        SELECT trace, services.name AS service, severity, body,
            lower(hex(trace_id)) AS trace_id, lower(hex(span_id)) AS span_id,
            strftime('%Y-%m-%dT%H:%M:%S', (anchor_ns + time_offset_ns) / 1000000000, 'unixepoch')
                || printf('.%09dZ', (anchor_ns + time_offset_ns) % 1000000000) AS time,
            anchor_ns + time_offset_ns AS time_ns,
            attribute_sets.attributes, resources.attributes AS resource
        FROM log_records JOIN messages ON messages.id = message_id
            JOIN services ON services.id = messages.service_id
            JOIN trace_ids ON trace_ids.id = trace
            JOIN attribute_sets ON attribute_sets.id = attribute_set_id
            JOIN resources ON resources.id = resource_id;
        """

    /// Built at a clean end: keeping them while recording would cost more than building them.
    ///
    /// By trace id, as the readable views spell it; by time, for traces by their anchors (points
    /// are in the order of their times already); and by a span's name.
    static let indexes = [
        """
        CREATE UNIQUE INDEX IF NOT EXISTS trace_ids_by_trace_id
            ON trace_ids (lower(hex(trace_id)))
        """,
        "CREATE INDEX IF NOT EXISTS trace_ids_by_anchor ON trace_ids (anchor_ns)",
        "CREATE INDEX IF NOT EXISTS spans_by_operation ON spans (operation_id)",
    ]
}
