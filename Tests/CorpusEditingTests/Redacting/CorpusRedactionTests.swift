import CorpusEditing
import CorpusStore
import Foundation
import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Redacting")
struct CorpusRedactionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private static let secretText = "0123456789abcdef"

    private func rules(
        drop: [String] = [],
        hash: [String] = [],
        keep: [String]? = nil,
        bodies: RedactionRules.Treatment = .keep,
        elsewhere: Bool = true
    ) throws -> RedactionRules {
        var rules = RedactionRules()
        rules.dropped = try drop.map { try KeyPattern(parsing: $0) }
        rules.hashed = try hash.map { try KeyPattern(parsing: $0) }
        rules.kept = try keep?.map { try KeyPattern(parsing: $0) }
        rules.bodies = bodies
        rules.isSoughtElsewhere = elsewhere
        return rules
    }

    private func redact(
        _ path: String,
        _ rules: RedactionRules,
        to name: String = "redacted.db"
    ) async throws -> CorpusRedaction.Result {
        try await CorpusRedaction(
            rules,
            secret: RedactionSecret(Self.secretText, variable: "SECRET")
        ).run(
            CorpusReader(path: path),
            into: NewCorpus(path: folder.file(name), replacesExisting: true, inputs: [path]),
            progress: EditingProgress()
        )
    }

    /// Records requests, redacts them and gives them back.
    private func redacted(
        _ requests: [ExportRequest],
        _ rules: RedactionRules
    ) async throws -> (payloads: [[UInt8]], counts: RedactionCounts) {
        let corpus = try await RecordedCorpus(requests)
        let result = try await redact(corpus.path, rules)
        let path = folder.file("redacted.db")
        #expect(try CorpusReader(path: path).isIntact)
        return (try CorpusContents(path).payloads, result.counts)
    }

    /// A log record with the attributes, and what is left of it.
    private func redacted(
        _ attributes: [PlantedTelemetry.Attribute],
        body: String = "",
        _ rules: RedactionRules
    ) async throws -> Opentelemetry_Proto_Logs_V1_LogRecord {
        let record = Opentelemetry_Proto_Logs_V1_LogRecord.with {
            $0.attributes = attributes
            if !body.isEmpty { $0.body.stringValue = body }
        }
        let payload = try Self.request([record]).serializedBytes() as [UInt8]
        let time = Timestamp(unixNanoseconds: 1)
        let (payloads, _) = try await redacted(
            [ExportRequest(signal: .logs, arrival: time, payload: payload)],
            rules
        )
        let left = try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest(
            serializedBytes: payloads[0]
        )
        return try #require(left.resourceLogs.first?.scopeLogs.first?.logRecords.first)
    }

    private static func request(
        _ records: [Opentelemetry_Proto_Logs_V1_LogRecord]
    ) -> Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest {
        .with { $0.resourceLogs = [.with { $0.scopeLogs = [.with { $0.logRecords = records }] }] }
    }

    private func texts(
        _ record: Opentelemetry_Proto_Logs_V1_LogRecord
    ) -> [String: String] {
        Dictionary(uniqueKeysWithValues: record.attributes.map { ($0.key, $0.value.stringValue) })
    }

    // MARK: No trace

    @Test(
        "leave no trace of a value in the file, in its blocks, or in exports of it",
        arguments: [
            (["customer.name"], [], nil), ([], ["customer.name"], nil),
            (["*.name"], [], nil), ([], [], ["service.*", "greeting", "list", "raw"]),
        ] as [([String], [String], [String]?)]
    )
    func noTrace(drop: [String], hash: [String], keep: [String]?) async throws {
        let planted = "Ada Lovelace"
        let source = folder.file("source.db")
        var requests = try PlantedTelemetry.requests(planted)[...]
        _ = try await NewCorpus(path: source).build(
            settings: ["operator": .text("asked by \(planted)"), "rps": .number(10)],
            from: { try requests.popFirst().map { try PreparedRequest($0) } }
        )
        let before = try CorpusReader(path: source).totals()
        #expect(try Self.isIn(planted, source))

        let result = try await redact(source, rules(drop: drop, hash: hash, keep: keep))
        let path = folder.file("redacted.db")
        let reader = try CorpusReader(path: path)
        #expect(try reader.isIntact)
        #expect(result.totals.traces.items == before.traces.items)
        #expect(result.totals.metrics.items == before.metrics.items)
        #expect(result.totals.logs.items == before.logs.items)
        #expect(result.counts.unknownFields == 3)
        #expect(reader.recording.settings["rps"] == .number(10))
        #expect(reader.recording.settings["edited"] == .text("redact"))

        #expect(try !Self.isIn(planted, path))
        for payload in try CorpusContents(path).payloads {
            #expect(!payload.contains(Array(planted.utf8)))
        }
        for format in [ExchangeFormat.json, .proto] {
            var export = CorpusExport()
            export.format = format
            export.path = folder.file("\(format)")
            _ = try export.run(reader, progress: EditingProgress())
            #expect(try !Self.isIn(planted, folder.file("\(format)")))
        }
    }

    private static func isIn(_ text: String, _ path: String) throws -> Bool {
        try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(text.utf8)) != nil
    }

    @Test("say of every place where a value was")
    func places() async throws {
        let requests = try PlantedTelemetry.requests("Ada Lovelace")
        let (_, counts) = try await redacted(requests, rules(drop: ["customer.name"]))
        let places = Set(counts.elsewhere.map(\.field))
        #expect(places == Set(TextField.allCases).subtracting([.settings]))
        #expect(counts.elsewhere.allSatisfy { $0.key == "customer.name" && $0.redacted > 0 })
        let names = counts.keys.map(\.key).sorted()
        #expect(names == ["customer.name"])
        #expect(counts.unmatchedPatterns == [])
        let corpus = try await RecordedCorpus(requests)
        let preview = try CorpusRedaction(rules(drop: ["customer.name"]), secret: .init())
            .preview(CorpusReader(path: corpus.path), progress: EditingProgress())
        #expect(preview == counts)
    }

    // MARK: Nothing else

    @Test("change nothing but what the rules name")
    func nothingElse() async throws {
        var generator = TelemetryGenerator(seed: 51)
        let requests = try (0..<60).map { _ in try generator.next() }
        let (payloads, counts) = try await redacted(
            requests,
            rules(drop: ["key.0", "key.3"], elsewhere: false)
        )
        #expect(counts.elsewhere == [] && counts.keys.count == 2)
        for (request, payload) in zip(requests, payloads) {
            #expect(payload == (try Self.withoutAttributes(["key.0", "key.3"], request)))
        }
        let (same, none) = try await redacted(requests, rules(drop: ["nobody.*"]))
        #expect(same == requests.map(\.payload))
        #expect(none.unmatchedPatterns == ["nobody.*"])
    }

    /// The same by swift-protobuf, which writes fields in the order in which the generator has them.
    private static func withoutAttributes(
        _ keys: Set<String>,
        _ request: ExportRequest
    ) throws -> [UInt8] {
        func strip(_ attributes: inout [PlantedTelemetry.Attribute]) {
            attributes.removeAll { keys.contains($0.key) }
        }
        switch request.signal {
        case .traces:
            var message = try Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest(
                serializedBytes: request.payload
            )
            for place in message.resourceSpans[0].scopeSpans[0].spans.indices {
                strip(&message.resourceSpans[0].scopeSpans[0].spans[place].attributes)
            }
            return try message.serializedBytes()
        case .metrics:
            var message = try Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest(
                serializedBytes: request.payload
            )
            for place in message.resourceMetrics[0].scopeMetrics[0].metrics.indices {
                let metric = message.resourceMetrics[0].scopeMetrics[0].metrics[place]
                guard case .gauge = metric.data else { continue }
                strip(
                    &message.resourceMetrics[0].scopeMetrics[0].metrics[place].gauge.dataPoints[0]
                        .attributes
                )
            }
            return try message.serializedBytes()
        case .logs:
            var message = try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest(
                serializedBytes: request.payload
            )
            for place in message.resourceLogs[0].scopeLogs[0].logRecords.indices {
                strip(&message.resourceLogs[0].scopeLogs[0].logRecords[place].attributes)
            }
            return try message.serializedBytes()
        }
    }

    @Test("leave short values, small numbers and words of protocols in other texts")
    func harmless() async throws {
        let record = try await redacted(
            [
                PlantedTelemetry.attribute("url.scheme", "http"),
                PlantedTelemetry.attribute("url.tld", "org"),
                PlantedTelemetry.attribute("http.route", "http://example.org"),
                .with {
                    $0.key = "url.port"
                    $0.value.intValue = 8_080
                },
            ],
            body: "http org 8080",
            rules(drop: ["url.*"])
        )
        #expect(texts(record) == ["http.route": "http://example.org"])
        #expect(record.body.stringValue == "http org 8080")
    }

    // MARK: Hashes

    @Test("hash a value as openssl does, alike under every key and in every text")
    func hashes() async throws {
        // printf %s VALUE | openssl dgst -sha256 -hmac 0123456789abcdef | …
        //     cut -c1-32 | tr 0-9a-f bcdfghjklmnpqrst
        let address = "tfrjrrqkrptmpsdspjjkfjbnhnmngfgf"
        let number = "rjtmqkctqmkccqhjjrnpsfmttfmtnstn"
        let record = try await redacted(
            [
                PlantedTelemetry.attribute("user.email", "alice@example.com"),
                PlantedTelemetry.attribute("peer", "alice@example.com"),
                .with {
                    $0.key = "user.number"
                    $0.value.intValue = 4_711
                },
            ],
            body: "mail to alice@example.com!",
            rules(hash: ["user.*"])
        )
        #expect(
            texts(record) == ["user.email": address, "peer": address, "user.number": number]
        )
        #expect(record.body.stringValue == "mail to \(address)!")
    }

    @Test("hash with a secret of their own when none is given")
    func generatedSecrets() async throws {
        let corpus = try await RecordedCorpus(PlantedTelemetry.requests("Ada Lovelace"))
        var digests: Set<String?> = []
        for name in ["1.db", "2.db"] {
            let redaction = CorpusRedaction(try rules(hash: ["customer.*"]), secret: .init())
            let result = try await redaction.run(
                CorpusReader(path: corpus.path),
                into: NewCorpus(path: folder.file(name)),
                progress: EditingProgress()
            )
            digests.insert(result.totals.digest)
        }
        #expect(digests.count == 2)
        let note = try CorpusReader(path: folder.file("1.db")).recording.settings["redacted"]
        #expect(note == .text("hashed customer.*; HMAC-SHA256 with a generated secret"))
        #expect(throws: EditingError.weakSecret(source: "SECRET", bytes: 5)) {
            try RedactionSecret("short", variable: "SECRET")
        }
    }

    @Test("seek whole numbers of six digits, and of long values how they begin")
    func otherValues() async throws {
        let trace = "java.lang.IllegalStateException: " + String(repeating: "at x.y.Z ", count: 9)
        let record = try await redacted(
            [
                .with {
                    $0.key = "customer.number"
                    $0.value.intValue = 48_210_077
                },
                .with {
                    $0.key = "peer"
                    $0.value.intValue = 48_210_077
                },
                PlantedTelemetry.attribute("customer.trace", trace),
                PlantedTelemetry.attribute("copy", "caused by \(trace) and more"),
            ],
            body: "customer 48210077 pays",
            rules(drop: ["customer.*"])
        )
        #expect(texts(record) == ["peer": "[redacted]", "copy": "caused by [redacted]"])
        #expect(record.body.stringValue == "customer [redacted] pays")
    }

    // MARK: Rules

    @Test("go by keys and paths inside of values, and drop before hashing before keeping")
    func nested() async throws {
        let record = try await redacted(
            [
                .with {
                    $0.key = "customer"
                    $0.value.kvlistValue.values = [
                        .with {
                            $0.key = "address"
                            $0.value.arrayValue.values = [
                                .with {
                                    $0.kvlistValue.values = [
                                        PlantedTelemetry.attribute("city", "Berlin"),
                                        PlantedTelemetry.attribute("zip", "10115"),
                                    ]
                                }
                            ]
                        }, PlantedTelemetry.attribute("id", "customer-1"),
                    ]
                }, PlantedTelemetry.attribute("other", "x"),
                PlantedTelemetry.attribute("order.id", "order-1"),
            ],
            rules(
                drop: ["customer.address.city", "order.secret*"],
                hash: ["id", "order.*"],
                keep: ["customer"]
            )
        )
        #expect(record.attributes.map(\.key) == ["customer", "order.id"])
        let customer = record.attributes[0].value.kvlistValue.values
        let address = customer[0].value.arrayValue.values[0].kvlistValue.values
        #expect(address == [PlantedTelemetry.attribute("zip", "10115")])
        #expect(customer[1].value.stringValue.count == 32)
        #expect(record.attributes[1].value.stringValue.count == 32)
    }

    @Test("keep keys that the list names as they are, and drop others from entities too")
    func allowList() async throws {
        let requests = try PlantedTelemetry.requests("Ada Lovelace")
        let (payloads, _) = try await redacted(requests, rules(keep: ["visits.*"]))
        let message = try Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest(
            serializedBytes: payloads[0]
        )
        let resource = message.resourceSpans[0].resource
        #expect(resource.attributes.map(\.key) == ["visits.Ada Lovelace.count"])
        #expect(resource.entityRefs == [])
        #expect(message.resourceSpans[0].scopeSpans[0].spans[0].name == "GET /customers/[redacted]")
    }

    @Test("drop or hash bodies of every kind", arguments: [RedactionRules.Treatment.drop, .hash])
    func bodies(treatment: RedactionRules.Treatment) async throws {
        let requests = try PlantedTelemetry.requests("Ada Lovelace")
        let (payloads, counts) = try await redacted(requests, rules(bodies: treatment))
        let message = try Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest(
            serializedBytes: payloads[2]
        )
        let records = message.resourceLogs[0].scopeLogs[0].logRecords
        #expect(records.map(\.hasBody) == [treatment == .hash, treatment == .hash])
        #expect(records.map(\.body.stringValue.count) == (treatment == .hash ? [32, 32] : [0, 0]))
        #expect(counts.droppedBodies + counts.hashedBodies == 2)
        #expect(records[0].eventName == "login of Ada Lovelace")
    }

    @Test("drop values that are nested too deeply to look into")
    func depth() async throws {
        // Lists in lists, as no parser reads them and any sender may write them.
        var value: [UInt8] = [0x0a, 4] + Array("deep".utf8)
        for _ in 0..<5_000 {
            var array: [UInt8] = [0x0a]
            Self.append(varint: value.count, to: &array)
            array += value
            value = [0x2a]
            Self.append(varint: array.count, to: &value)
            value += array
        }
        var payload = value
        for tag: UInt8 in [0x2a, 0x12, 0x12, 0x0a] {
            var outer = [tag]
            Self.append(varint: payload.count, to: &outer)
            payload = outer + payload
        }
        let request = ExportRequest(
            signal: .logs,
            arrival: Timestamp(unixNanoseconds: 1),
            payload: payload
        )
        let (payloads, counts) = try await redacted([request], rules(drop: ["x"]))
        #expect(counts.deepValues == 1)
        #expect(!payloads[0].contains(Array("deep".utf8)))
    }

    private static func append(varint value: Int, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    @Test("leave no file when cancelled, nor take the place of what is read")
    func noFile() async throws {
        let corpus = try await RecordedCorpus(seed: 52, requests: 5)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await redact(corpus.path, rules(drop: ["*"]))
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        await #expect(throws: EditingError.self) {
            _ = try await CorpusRedaction(rules(drop: ["*"]), secret: .init()).run(
                CorpusReader(path: corpus.path),
                into: NewCorpus(path: corpus.path, replacesExisting: true, inputs: [corpus.path]),
                progress: EditingProgress()
            )
        }
        #expect(try folder.names == [])
    }
}
