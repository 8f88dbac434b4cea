import CorpusStore
import Foundation
import LoadGenerator
import OTLP
import OTLPTransport
import TestSupport
import Testing

@testable import Recording

@Suite("Recorder", .serialized)
struct RecorderTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("run.db")
    }

    /// A recording of orders at 200 RPS, as fast as they are handled, on ports that are free.
    private func configuration(duration: Duration) throws -> RecordingConfiguration {
        RecordingConfiguration(
            corpus: .init(path: path),
            orders: .init(
                load: try LoadConfiguration(ordersPerSecond: 200, duration: duration),
                port: 0,
                timeScale: 0
            )
        )
    }

    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
    }

    @Test("records three spans, six points and eight log records for an order, within 5 %")
    func countsPerOrder() async throws {
        let recorder = Recorder(try configuration(duration: .seconds(2)), clock: WallClock())
        let report = try await recorder.run()
        #expect(report.isWhole)
        let orders = try #require(report.load?.sent)
        #expect(orders == 400)
        let found = [report.items.spans, report.items.metricPoints, report.items.logRecords]
        for (items, anOrder) in zip(found, [3, 6, 8]) {
            #expect(abs(Double(items) / Double(orders * anOrder) - 1) <= 0.05, "\(items)")
        }
    }

    @Test("reports what the corpus holds")
    func report() async throws {
        let recorder = Recorder(try configuration(duration: .milliseconds(500)), clock: WallClock())
        let report = try await recorder.run()
        let reader = try CorpusReader(path: path)
        let totals = try reader.totals()
        #expect(reader.recording.isComplete)
        #expect(reader.recording.digest == report.digest)
        #expect(report.exportRequests.traces == totals.traces.requests)
        #expect(report.exportRequests.metrics == totals.metrics.requests)
        #expect(report.exportRequests.logs == totals.logs.requests)
        #expect(report.items.spans == totals.traces.items)
        #expect(report.items.metricPoints == totals.metrics.items)
        #expect(report.items.logRecords == totals.logs.items)
        #expect(report.bytes.payload == totals.payloadBytes)
        #expect(report.bytes.jsonEquivalent == totals.jsonBytes)
        #expect(report.bytes.stored == totals.blockBytes)
        #expect(report.bytes.file == totals.fileBytes)
        #expect(try reader.verify().problems == [])
        #expect(try files == ["run.db"])
    }

    @Test("ends with its load, without waiting for anything to time out")
    func end() async throws {
        let recorder = Recorder(try configuration(duration: .milliseconds(100)), clock: WallClock())
        let elapsed = try await ContinuousClock().measure { _ = try await recorder.run() }
        #expect(elapsed < .seconds(25))
    }

    @Test("stops early in order, with all that was sent until then in a complete corpus")
    func stop() async throws {
        let recorder = Recorder(try configuration(duration: .seconds(3_600)), clock: WallClock())
        async let running = recorder.run()
        try await poll(for: "recorded request") {
            let requests = try? CorpusReader(path: path).totals().requests
            return requests ?? 0 > 0 ? true : nil
        }
        recorder.stop()
        let report = try await running
        #expect(report.isWhole)
        let orders = try #require(report.load?.sent)
        #expect(orders > 0 && orders < 720_000)
        #expect(report.items.spans == orders * 3)
        let reader = try CorpusReader(path: path)
        #expect(reader.recording.isComplete)
        #expect(try reader.totals().traces.items == report.items.spans)
        #expect(try reader.verify().problems == [])
    }

    @Test("makes no file when the order service's port is in use")
    func orderPortInUse() async throws {
        let taken = try LoopbackPort()
        var configuration = try configuration(duration: .seconds(1))
        configuration.orders?.port = taken.number
        let error = OTLPTransportError.addressInUse(host: "127.0.0.1", port: taken.number)
        await #expect(throws: error) {
            try await Recorder(configuration, clock: WallClock()).run()
        }
        #expect(try files == [])
    }

    @Test("replaces no file when the receiver's port is in use")
    func receiverPortInUse() async throws {
        let content = Data("a file of the user's own".utf8)
        try content.write(to: URL(fileURLWithPath: path))
        let taken = try LoopbackPort()
        let configuration = RecordingConfiguration(
            corpus: .init(path: path, replacesExisting: true),
            orders: nil,
            reception: Reception(http: .init(port: taken.number))
        )
        let error = OTLPTransportError.addressInUse(host: "127.0.0.1", port: taken.number)
        await #expect(throws: error) {
            try await Recorder(configuration, clock: WallClock()).run()
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
        #expect(try files == ["run.db"])
    }

    @Test("leaves no file behind when it can't listen at an address that isn't the machine's")
    func foreignAddress() async throws {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        let configuration = RecordingConfiguration(
            corpus: .init(path: path),
            orders: nil,
            reception: Reception(http: .init(host: "192.0.2.1"))
        )
        await #expect(throws: OTLPTransportError.self) {
            try await Recorder(configuration, clock: WallClock()).run()
        }
        #expect(try files == [])
    }
}
