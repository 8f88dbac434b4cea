import GRDB
import Latency
import OTLP

extension CorpusReader {
    private static let stretches = 60

    /// Counts and measures what the corpus holds, from its rows: no block is read.
    /// - Throws: ``CorpusError`` when the file can't be read.
    public func statistics() throws(CorpusError) -> CorpusStatistics {
        let totals = try totals()
        return try CorpusError.wrapping(path) {
            try database.read { try statistics(totals, in: $0) }
        }
    }

    private func statistics(
        _ totals: CorpusTotals,
        in database: Database
    ) throws -> CorpusStatistics {
        let span = try Row.fetchOne(
            database,
            sql: "SELECT min(arrival_ns), max(arrival_ns) FROM requests"
        )
        let first = try span?.decode(Int64?.self, atIndex: 0) ?? 0
        let last = try span?.decode(Int64?.self, atIndex: 1) ?? 0
        let nanoseconds = max(0, last.subtractingReportingOverflow(first).partialValue)
        let ratio =
            totals.blockBytes > 0 ? Double(totals.payloadBytes) / Double(totals.blockBytes) : 0
        return CorpusStatistics(
            version: 1,
            corpus: path,
            complete: recording.isComplete,
            recording: .init(
                startedUnixNanoseconds: recording.started.unixNanoseconds,
                endedUnixNanoseconds: recording.ended?.unixNanoseconds,
                settings: recording.settings
            ),
            durationSeconds: Double(nanoseconds) / 1e9,
            exportRequests: .init(totals),
            protocols: try protocols(in: database),
            items: .init(totals),
            bytes: .init(
                payload: totals.payloadBytes,
                jsonEquivalent: totals.jsonBytes,
                blocks: totals.blockBytes,
                itemTables: try itemTableBytes(in: database),
                file: totals.fileBytes
            ),
            compressionRatio: (ratio * 100).rounded() / 100,
            codec: Compression.library,
            digest: totals.digest,
            services: try services(in: database),
            operations: try operations(in: database),
            metrics: try metrics(in: database),
            severities: try severities(in: database),
            timeline: try timeline(from: first, nanoseconds: nanoseconds, in: database)
        )
    }

    private func protocols(in database: Database) throws -> CorpusStatistics.Protocols {
        var counts: [OTLPProtocol: Int] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT \(database.protocolColumn) AS code, count(*) FROM requests GROUP BY code"
        )
        for row in rows {
            let transport = OTLPProtocol(code: try row.decode(atIndex: 0))
            counts[transport, default: 0] += try row.decode(Int.self, atIndex: 1)
        }
        return CorpusStatistics.Protocols(
            httpProtobuf: counts[.httpProtobuf] ?? 0,
            httpJson: counts[.httpJSON] ?? 0,
            grpc: counts[.grpc] ?? 0
        )
    }

    /// What the pages of all tables and indexes take, but those of the requests themselves.
    private func itemTableBytes(in database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(pgsize), 0) FROM dbstat JOIN sqlite_schema USING (name)
                WHERE aggregate = TRUE AND tbl_name NOT IN ('blocks', 'requests', 'recording')
                """
        ) ?? 0
    }

    private func services(in database: Database) throws -> [CorpusStatistics.Service] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT name, sum(spans), sum(points), sum(records) FROM (
                        SELECT service_id, count(*) AS spans, 0 AS points, 0 AS records
                        FROM spans JOIN operations ON operations.id = operation_id
                        GROUP BY service_id
                        UNION ALL
                        SELECT service_id, 0, count(*), 0
                        FROM metric_points JOIN metrics ON metrics.id = metric_id
                        GROUP BY service_id
                        UNION ALL
                        SELECT service_id, 0, 0, count(*)
                        FROM log_records JOIN messages ON messages.id = message_id
                        GROUP BY service_id
                    ) JOIN services ON services.id = service_id
                GROUP BY name ORDER BY name
                """
        ).map { row in
            try CorpusStatistics.Service(
                name: row.decode(atIndex: 0),
                spans: row.decode(atIndex: 1),
                metricPoints: row.decode(atIndex: 2),
                logRecords: row.decode(atIndex: 3)
            )
        }
    }

    private func operations(in database: Database) throws -> [CorpusStatistics.Operation] {
        struct Count {
            var errors = 0
            var durations = LatencyHistogram()
        }
        var counts: [Int64: Count] = [:]
        let spans = try Row.fetchCursor(
            database,
            sql: "SELECT operation_id, duration_ns, status FROM spans"
        )
        while let row = try spans.next() {
            let operation: Int64 = try row.decode(atIndex: 0)
            let duration: Int64 = try row.decode(atIndex: 1)
            let status: Int = try row.decode(atIndex: 2)
            counts[operation, default: Count()].durations.record(
                nanoseconds: UInt64(max(0, duration))
            )
            if status == 2 { counts[operation]?.errors += 1 }
        }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT operations.id, services.name, operations.name, kind
                FROM operations JOIN services ON services.id = service_id
                """
        ).map { row in
            let count = counts[try row.decode(atIndex: 0)] ?? Count()
            return try CorpusStatistics.Operation(
                service: row.decode(atIndex: 1),
                name: row.decode(atIndex: 2),
                kind: Self.spanKind(row.decode(atIndex: 3)),
                count: Int(clamping: count.durations.count),
                errors: count.errors,
                durationMs: count.durations.summary
            )
        }.sorted { ($1.count, $0.service, $0.name) < ($0.count, $1.service, $1.name) }
    }

    private func metrics(in database: Database) throws -> [CorpusStatistics.Metric] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT name, type, sum(points) FROM metrics JOIN (
                        SELECT metric_id, count(*) AS points FROM metric_points GROUP BY metric_id
                    ) ON metric_id = metrics.id
                GROUP BY name, type ORDER BY name, type
                """
        ).map { row in
            try CorpusStatistics.Metric(
                name: row.decode(atIndex: 0),
                type: Self.metricType(row.decode(atIndex: 1)),
                points: row.decode(atIndex: 2)
            )
        }
    }

    private func severities(in database: Database) throws -> [CorpusStatistics.Severity] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT severity, sum(records) FROM messages JOIN (
                        SELECT message_id, count(*) AS records FROM log_records GROUP BY message_id
                    ) ON message_id = messages.id
                GROUP BY severity ORDER BY severity
                """
        ).map { row in
            try CorpusStatistics.Severity(
                severity: Self.severity(row.decode(atIndex: 0)),
                count: row.decode(atIndex: 1)
            )
        }
    }

    private func timeline(
        from first: Int64,
        nanoseconds: Int64,
        in database: Database
    ) throws -> [CorpusStatistics.Stretch] {
        guard nanoseconds > 0 else { return [] }
        // Whole seconds, so that a chart's columns mean something.
        let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let seconds = max(1, (whole + (rest > 0 ? 1 : 0) + 59) / Int64(Self.stretches))
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT (arrival_ns - ?) / (? * 1000000000) AS stretch, sum(items)
                FROM requests GROUP BY stretch
                """,
            arguments: [first, seconds]
        )
        var items: [Int: Int] = [:]
        for row in rows { items[try row.decode(atIndex: 0)] = try row.decode(atIndex: 1) }
        return (0...Int(min(whole / seconds, Int64(Self.stretches)))).map { index in
            CorpusStatistics.Stretch(
                second: Double(index) * Double(seconds),
                items: items[index] ?? 0
            )
        }
    }

    // MARK: The names of OTLP's enumerations

    private static func spanKind(_ kind: Int) -> String {
        switch kind {
        case 1: "internal"
        case 2: "server"
        case 3: "client"
        case 4: "producer"
        case 5: "consumer"
        default: "unspecified"
        }
    }

    private static func metricType(_ type: Int) -> String {
        switch RequestScan.MetricType(rawValue: UInt8(clamping: type)) {
        case .gauge: "gauge"
        case .sum: "sum"
        case .histogram: "histogram"
        case .exponentialHistogram: "exponential_histogram"
        case .summary: "summary"
        case .some(.none), nil: "none"
        }
    }

    /// Four numbers share a name, the last three with a digit behind it (`SeverityNumber`).
    private static func severity(_ number: Int) -> String {
        guard (1...24).contains(number) else { return "UNSPECIFIED" }
        let name = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"][(number - 1) / 4]
        let step = (number - 1) % 4
        return step == 0 ? name : "\(name)\(step + 1)"
    }
}
