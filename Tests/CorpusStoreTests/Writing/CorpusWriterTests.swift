import CorpusStore
import Foundation
import GRDB
import OTLP
import TestSupport
import Testing

@Suite("Corpus writer")
struct CorpusWriterTests {
    private func requests(_ count: Int, seed: UInt64 = 1) throws -> [ExportRequest] {
        var generator = TelemetryGenerator(seed: seed)
        return try (0..<count).map { _ in try generator.next() }
    }

    private func payloads(_ path: String) throws -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        try CorpusReader(path: path).forEachRequest { payloads.append($1.payload) }
        return payloads
    }

    @Test("keeps export requests exactly, in order, across sealed blocks")
    func sealing() async throws {
        let requests = try requests(120)
        let corpus = try await RecordedCorpus(requests, blockBytes: 20_000)
        #expect(try payloads(corpus.path) == requests.map(\.payload))
        let blocks = try CorpusReader(path: corpus.path).blocks()
        #expect(blocks.count > 3)
        #expect(blocks.dropLast().allSatisfy { $0.payloadBytes >= 20_000 })
        #expect(try CorpusReader(path: corpus.path).verify().problems == [])
    }

    @Test("takes requests from many tasks at a time, each exactly once")
    func concurrency() async throws {
        let requests = try requests(200)
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try CorpusWriter(.init(path: path, blockBytes: 30_000), clock: WallClock())
        try await withThrowingTaskGroup { group in
            for request in requests { group.addTask { try await writer.accept(request) } }
            try await group.waitForAll()
        }
        let totals = try await writer.finish()
        #expect(totals.requests == 200)
        let found = try payloads(path).map { Data($0) }
        #expect(Set(found) == Set(requests.map { Data($0.payload) }))
        #expect(found.count == 200)
        #expect(try CorpusReader(path: path).verify().problems == [])
    }

    @Test("leaves what is acknowledged readable before the end")
    func unfinished() async throws {
        let requests = try requests(10)
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try CorpusWriter(.init(path: path), clock: WallClock())
        for request in requests { try await writer.accept(request) }
        #expect(try payloads(path) == requests.map(\.payload))
        #expect(try CorpusReader(path: path).recording.isComplete == false)
        _ = try await writer.finish()
        #expect(try CorpusReader(path: path).recording.isComplete)
    }

    @Test("seals blocks and adds rows while the recording goes on")
    func sealingMeanwhile() async throws {
        let requests = try requests(120)
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try CorpusWriter(.init(path: path, blockBytes: 20_000), clock: WallClock())
        for request in requests { try await writer.accept(request) }
        let database = try DatabaseQueue(path: path)
        let (sealed, indexed, open) = try await database.read { database in
            let counts = try Row.fetchOne(
                database,
                sql: "SELECT sum(sealed), sum(indexed), sum(NOT sealed) FROM blocks"
            )
            return try #require(counts.map { ($0[0] as Int, $0[1] as Int, $0[2] as Int) })
        }
        try database.close()
        #expect(sealed > 3)
        #expect(indexed >= sealed - 1)
        #expect(open < requests.count / 2)
        #expect(writer.totals.blockBytes > 0)
        _ = try await writer.finish()
        #expect(try payloads(path) == requests.map(\.payload))
        #expect(try CorpusReader(path: path).verify().problems == [])
    }

    @Test("shows a reader what there was when it was opened, however the recording goes on")
    func snapshot() async throws {
        let requests = try requests(120)
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try CorpusWriter(.init(path: path, blockBytes: 20_000), clock: WallClock())
        for request in requests[..<50] { try await writer.accept(request) }
        let reader = try CorpusReader(path: path)
        let blocks = try reader.blocks()
        for request in requests[50...] { try await writer.accept(request) }
        #expect(try reader.blocks() == blocks)
        #expect(try reader.totals().requests == 50)
        #expect(try reader.verify().problems == [])
        var read: [[UInt8]] = []
        try reader.forEachRequest { read.append($1.payload) }
        #expect(read == requests[..<50].map(\.payload))
        try reader.close()
        #expect(try await writer.finish().needsLog == false)
        #expect(try payloads(path) == requests.map(\.payload))
    }

    @Test("counts agree with SQL on the item tables")
    func counts() async throws {
        let corpus = try await RecordedCorpus(try requests(60))
        let database = try DatabaseQueue(path: corpus.path)
        for signal in Signal.allCases {
            let rows = try await database.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM \(signal.itemsName)")
            }
            #expect(rows == corpus.totals[signal].items)
        }
        let journal = try await database.read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(journal == "delete")
    }

    @Test("refuses malformed bytes and goes on")
    func malformed() async throws {
        let folder = try TemporaryFolder()
        let writer = try CorpusWriter(.init(path: folder.file("a.db")), clock: WallClock())
        let bad = ExportRequest(
            signal: .traces,
            arrival: Timestamp(unixNanoseconds: 1),
            payload: [0x0a, 0x05, 0x00]
        )
        await #expect(throws: TelemetryRefusal.malformed(WireError(.truncated, at: 1))) {
            try await writer.accept(bad)
        }
        try await writer.accept(try #require(try requests(1).first))
        #expect(try await writer.finish().requests == 1)
    }

    @Test("refuses requests after the end")
    func ended() async throws {
        let folder = try TemporaryFolder()
        let writer = try CorpusWriter(.init(path: folder.file("a.db")), clock: WallClock())
        _ = try await writer.finish()
        let request = try #require(try requests(1).first)
        await #expect(
            throws: TelemetryRefusal.unavailable(reason: "the recording has ended")
        ) {
            try await writer.accept(request)
        }
        #expect(writer.refusedRequests == 1)
    }

    @Test("replaces an existing file only when told to")
    func existing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: CorpusError.exists(path: path)) {
            try CorpusWriter(.init(path: path), clock: WallClock())
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        let writer = try CorpusWriter(
            .init(path: path, replacesExisting: true),
            clock: WallClock()
        )
        _ = try await writer.finish()
        #expect(try CorpusReader(path: path).recording.isComplete)
    }

    @Test("names what is in the way of a new file")
    func impossible() throws {
        let folder = try TemporaryFolder()
        #expect(throws: CorpusError.self) {
            try CorpusWriter(.init(path: folder.path), clock: WallClock())
        }
        #expect(throws: CorpusError.self) {
            try CorpusWriter(.init(path: folder.file("none/a.db")), clock: WallClock())
        }
    }

    @Test("gives equal contents equal digests whatever the block layout")
    func digest() async throws {
        let requests = try requests(50)
        let large = try await RecordedCorpus(requests)
        let small = try await RecordedCorpus(requests, blockBytes: 5_000)
        let other = try await RecordedCorpus(requests.dropLast())
        #expect(large.totals.digest == small.totals.digest)
        #expect(large.totals.digest != other.totals.digest)
    }

    @Test("keeps no rows for items that are not to be indexed")
    func index() async throws {
        let corpus = try await RecordedCorpus(try requests(30), index: .spans)
        let (spans, points) = try await DatabaseQueue(path: corpus.path).read {
            (
                try Int.fetchOne($0, sql: "SELECT count(*) FROM spans"),
                try Int.fetchOne($0, sql: "SELECT count(*) FROM metric_points")
            )
        }
        #expect(spans == corpus.totals.traces.items)
        #expect(points == 0)
        #expect(try CorpusReader(path: corpus.path).verify().problems == [])
    }

    @Test("keeps every acknowledged request once, whenever the files are cut off", arguments: 1...5)
    func cutOff(round: Int) async throws {
        let requests = try requests(150, seed: UInt64(round))
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let writer = try CorpusWriter(.init(path: path, blockBytes: 30_000), clock: WallClock())
        var acknowledged: Set<Data> = []
        for (index, request) in requests.enumerated() {
            try await writer.accept(request)
            acknowledged.insert(Data(request.payload))
            guard index == round * 25 else { continue }
            // What a crash would leave: the files as they are.
            let copy = folder.file("copy.db")
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            let found = try payloads(copy).map { Data($0) }
            #expect(found.count == acknowledged.count)
            #expect(Set(found) == acknowledged)
            #expect(try CorpusReader(path: copy).verify().problems == [])
        }
        _ = try await writer.finish()
    }

    @Test("answers a look-up by trace id, by time and by name from an index")
    func indexes() async throws {
        let corpus = try await RecordedCorpus(try requests(60))
        let plans = try await DatabaseQueue(path: corpus.path).read { database in
            try [
                "SELECT * FROM readable_spans WHERE trace_id = '00'",
                "SELECT * FROM readable_log_records WHERE trace_id = '00'",
                "SELECT * FROM trace_ids JOIN spans ON trace = id WHERE anchor_ns BETWEEN 1 AND 2",
                "SELECT * FROM spans WHERE operation_id = 1",
                "SELECT * FROM metric_points WHERE metric_id = 1 AND time_offset_ns > 5",
            ].flatMap { sql in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql)
                    .map { try $0.decode(String.self, forColumn: "detail") }
            }
        }
        #expect(plans.filter { $0.hasPrefix("SCAN") } == [])
    }

    @Test("tells items apart by typed attributes, and which resource they are of")
    func attributes() async throws {
        let json = """
            {"resourceSpans":[{"resource":{"attributes":[
                {"key":"service.name","value":{"stringValue":"cart"}},
                {"key":"service.version","value":{"stringValue":"1.2"}},
                {"key":"process.command_args","value":{"arrayValue":{"values":[]}}}]},
              "scopeSpans":[{"spans":[
                {"name":"a","spanId":"0102030405060708","attributes":[
                  {"key":"order.id","value":{"stringValue":"17"}},
                  {"key":"http.route","value":{"stringValue":"/orders/{id}"}},
                  {"key":"http.response.status_code","value":{"intValue":"503"}}]},
                {"name":"b","attributes":[
                  {"key":"http.response.status_code","value":{"intValue":"200"}},
                  {"key":"http.response.status_code","value":{"intValue":"999"}},
                  {"key":"http.route","value":{"doubleValue":0.5}}]},
                {"name":"c"}]}]}]}
            """
        let payload = try OTLPJSON.decode(.traces, json: Array(json.utf8))
        let arrival = Timestamp(unixNanoseconds: 1)
        let corpus = try await RecordedCorpus([
            ExportRequest(signal: .traces, arrival: arrival, payload: payload)
        ])
        let rows = try await DatabaseQueue(path: corpus.path).read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT name || ' ' || attributes || ' ' || coalesce(http_status, '-') || ' '
                        || resource FROM readable_spans ORDER BY name
                    """
            )
        }
        let resource = #"{"service.name":"cart","service.version":"1.2"}"#
        #expect(
            rows == [
                #"a {"http.response.status_code":503,"http.route":"/orders/{id}"} 503 \#(resource)"#,
                #"b {"http.response.status_code":200,"http.route":0.5} 200 \#(resource)"#,
                "c {} - \(resource)",
            ]
        )
    }

    @Test("cuts long attributes and bodies between two characters")
    func longTexts() async throws {
        let text = String(repeating: "a", count: 255) + "éz"
        let json = """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"\(text)"},
                "attributes":[{"key":"error.type","value":{"stringValue":"\(text)"}}]}]}]}]}
            """
        let payload = try OTLPJSON.decode(.logs, json: Array(json.utf8))
        let corpus = try await RecordedCorpus([
            ExportRequest(
                signal: .logs,
                arrival: Timestamp(unixNanoseconds: 1),
                payload: payload
            )
        ])
        let found = try await DatabaseQueue(path: corpus.path).read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT body FROM readable_log_records UNION ALL
                    SELECT attributes ->> '$."error.type"' FROM readable_log_records
                    """
            )
        }
        #expect(found == Array(repeating: String(repeating: "a", count: 255), count: 2))
    }
}
