import OTLP
import SwiftProtobuf
import TestSupport
import Testing

@Suite("Request scan")
struct RequestScanTests {
    private static func traces() -> Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
    {
        .with { request in
            request.resourceSpans = [
                .with { entry in
                    entry.resource.attributes = [
                        .with {
                            $0.key = "service.name"
                            $0.value.stringValue = "orders"
                        }
                    ]
                    entry.scopeSpans = [
                        .with { scope in
                            scope.spans = [
                                .with { span in
                                    span.traceID = .init(repeating: 1, count: 16)
                                    span.spanID = .init(repeating: 2, count: 8)
                                    span.parentSpanID = .init(repeating: 3, count: 8)
                                    span.name = "POST /orders"
                                    span.kind = .server
                                    span.startTimeUnixNano = 1_000
                                    span.endTimeUnixNano = 3_000
                                    span.events = [.with { $0.timeUnixNano = 2_000 }]
                                    span.links = [
                                        .with {
                                            $0.traceID = .init(repeating: 4, count: 16)
                                            $0.spanID = .init(repeating: 5, count: 8)
                                        }
                                    ]
                                    span.status.code = .error
                                }
                            ]
                        }
                    ]
                }
            ]
        }
    }

    private func text(_ range: RequestScan.Bytes, in payload: [UInt8]) -> String {
        String(decoding: payload[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }

    @Test("finds a span's fields and every hole in it")
    func span() throws {
        let payload: [UInt8] = try Self.traces().serializedBytes()
        let scan = try RequestScan(.traces, payload: payload)
        let item = try #require(scan.items.first)
        #expect(scan.items.count == 1)
        #expect(text(item.name, in: payload) == "POST /orders")
        #expect(text(scan.resources[0].serviceName, in: payload) == "orders")
        #expect(item.kind == 2)
        #expect(item.status == 2)
        #expect(item.startUnixNanoseconds == 1_000)
        #expect(item.timeUnixNanoseconds == 3_000)
        let kinds: [Hole.Kind] = [
            .traceID, .spanID, .parentSpanID, .startTime, .endTime, .eventTime, .otherTraceID,
            .otherSpanID,
        ]
        #expect(scan.holes.map(\.kind) == kinds)
        #expect(item.holeCount == Int32(kinds.count))
    }

    @Test("reports a point of each metric type under its metric's name, whatever the field order")
    func points() throws {
        let request = Opentelemetry_Proto_Collector_Metrics_V1_ExportMetricsServiceRequest.with {
            $0.resourceMetrics = [
                .with {
                    $0.scopeMetrics = [
                        .with {
                            $0.metrics = [
                                .with {
                                    $0.name = "a"
                                    $0.sum.aggregationTemporality = .delta
                                    $0.sum.dataPoints = [
                                        .with {
                                            $0.startTimeUnixNano = 1
                                            $0.timeUnixNano = 2
                                            $0.asInt = 42
                                            $0.exemplars = [.with { $0.timeUnixNano = 9 }]
                                        }
                                    ]
                                },
                                .with {
                                    $0.name = "b"
                                    $0.histogram.dataPoints = [
                                        .with {
                                            $0.timeUnixNano = 3
                                            $0.count = 7
                                            $0.sum = 1.5
                                        }
                                    ]
                                },
                                .with {
                                    $0.name = "c"
                                    $0.summary.dataPoints = [.with { $0.timeUnixNano = 4 }]
                                },
                            ]
                        }
                    ]
                }
            ]
        }
        let payload: [UInt8] = try request.serializedBytes()
        let scan = try RequestScan(.metrics, payload: payload)
        #expect(scan.metrics.map { text($0.name, in: payload) } == ["a", "b", "c"])
        #expect(scan.metrics.map(\.type) == [.sum, .histogram, .summary])
        #expect(scan.items.map(\.metric) == [0, 1, 2])
        #expect(scan.items.map(\.value) == [42, 1.5, 0])
        #expect(scan.items[1].count == 7)
        #expect(scan.metrics[0].temporality == 1)
        #expect(scan.holes.map(\.kind) == [.startTime, .time, .exemplarTime, .time, .time])
    }

    @Test("leaves ids of the wrong length where they are")
    func wrongLength() throws {
        var request = Self.traces()
        request.resourceSpans[0].scopeSpans[0].spans[0].traceID = .init(repeating: 1, count: 15)
        let scan = try RequestScan(.traces, payload: try request.serializedBytes())
        #expect(scan.items[0].traceIDOffset == -1)
        #expect(!scan.holes.contains { $0.kind == .traceID })
    }

    @Test("names the offset at which the bytes stop being well-formed")
    func malformed() throws {
        #expect(throws: WireError(.truncated, at: 1)) {
            try RequestScan(.traces, payload: [0x0a, 0x05, 0x00])
        }
        #expect(throws: WireError(.invalidFieldNumber, at: 0)) {
            try RequestScan(.traces, payload: [0x00])
        }
        #expect(throws: WireError(.overlongVarint, at: 0)) {
            try RequestScan(.logs, payload: [UInt8](repeating: 0xff, count: 11))
        }
        #expect(throws: WireError(.invalidWireType(3), at: 1)) {
            try RequestScan(.logs, payload: [0x13])
        }
    }

    @Test("never fails but with a typed error on mutated bytes", arguments: UInt64(1)...20)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let original: [UInt8] = try Self.traces().serializedBytes()
        for _ in 0..<500 {
            var payload = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                payload[Int.random(in: 0..<payload.count, using: &generator)] =
                    .random(in: 0...255, using: &generator)
            }
            payload.removeLast(Int.random(in: 0...8, using: &generator))
            guard let scan = try? RequestScan(.traces, payload: payload) else { continue }
            var end = 0
            for hole in scan.holes {
                #expect(Int(hole.offset) >= end)
                end = Int(hole.offset) + hole.kind.width
            }
            #expect(end <= payload.count)
        }
    }
}
