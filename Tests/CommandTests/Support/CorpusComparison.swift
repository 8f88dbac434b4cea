import GRDB

/// The spans that a backend received, beside those that were recorded.
struct CorpusComparison {
    private let database: DatabaseQueue

    init(received: String, recorded: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "ATTACH DATABASE ? AS recorded", arguments: [recorded])
        }
        database = try DatabaseQueue(path: received, configuration: configuration)
    }

    /// How many spans came out as long as they were recorded, to the nanosecond.
    var sameDurations: Int? {
        get throws {
            try number(
                """
                SELECT count(*) FROM main.spans AS now JOIN recorded.spans AS was USING (span_id)
                WHERE now.duration_ns = was.duration_ns
                """
            )
        }
    }

    /// How many traces have spans that moved by different amounts.
    var distortedTraces: Int? {
        get throws {
            try number(
                """
                SELECT count(*) FROM (
                    SELECT min(now.start_ns - was.start_ns) AS least,
                        max(now.start_ns - was.start_ns) AS most
                    FROM main.readable_spans AS now
                        JOIN recorded.readable_spans AS was USING (span_id)
                    GROUP BY now.trace
                ) WHERE least <> most
                """
            )
        }
    }

    /// How many received spans lie within their parent.
    var nestedSpans: Int? {
        get throws {
            try number(
                """
                SELECT count(*) FROM main.readable_spans AS child
                    JOIN main.readable_spans AS parent
                    ON parent.span_id = child.parent_span_id AND parent.trace = child.trace
                WHERE child.start_ns >= parent.start_ns
                    AND child.start_ns + child.duration_ns <= parent.start_ns + parent.duration_ns
                """
            )
        }
    }

    /// How many received spans have a parent.
    var childSpans: Int? {
        get throws {
            try number("SELECT count(*) FROM main.spans WHERE length(parent_span_id) = 8")
        }
    }

    /// When the first received span began.
    var firstStartNanoseconds: Int? {
        get throws { try number("SELECT min(start_ns) FROM main.readable_spans") }
    }

    private func number(_ sql: String) throws -> Int? {
        try database.read { try Int.fetchOne($0, sql: sql) }
    }
}
