import CorpusStore
import Logging
import NIOPosix
import OTLP
import OTLPTransport
import Playback
import Testing

/// Replays a corpus to a receiver in front of the sink.
func replay(
    _ path: String,
    to sink: some TelemetrySink,
    _ configuration: ReplayConfiguration,
    clock: (any ReplayClock)? = nil,
    wallClock: WallClock = WallClock(),
    threads: Int = 1
) async throws -> ReplayReport {
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let receiver = OTLPReceiver(
        sink: sink,
        clock: WallClock(),
        configuration: .init(port: 0),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onListening: { listening.yield($0) }
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await receiver.run() }
        defer { group.cancelAll() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        return try await replay(
            path,
            port: port,
            configuration,
            clock: clock,
            wallClock: wallClock,
            threads: threads
        )
    }
}

/// Replays a corpus to whatever listens at a port.
func replay(
    _ path: String,
    port: Int,
    _ configuration: ReplayConfiguration,
    clock: (any ReplayClock)? = nil,
    wallClock: WallClock = WallClock(),
    threads: Int = 1,
    requestTimeout: Duration = .seconds(60),
    wireProtocol: OTLPSender.WireProtocol = .httpProtobuf
) async throws -> ReplayReport {
    let lanes = SendingLanes(
        to: try OTLPEndpoint("http://127.0.0.1:\(port)", wireProtocol: wireProtocol),
        configuration: .init(
            connections: 16,
            requestTimeout: requestTimeout,
            wireProtocol: wireProtocol
        ),
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        count: threads
    )
    do {
        let player = try Player(
            CorpusReader(path: path),
            to: lanes,
            configuration: configuration,
            clock: clock,
            wallClock: wallClock
        )
        let report = try await player.run()
        await lanes.close()
        return report
    } catch {
        await lanes.close()
        throw error
    }
}

func settings(
    _ speed: String,
    _ timestamps: TimestampMode = .shift,
    selection: ReplaySelection = ReplaySelection(),
    retryFor: Duration = .seconds(300)
) throws -> ReplayConfiguration {
    ReplayConfiguration(
        speed: try PlaybackSpeed(parsing: speed),
        timestamps: timestamps,
        selection: selection,
        retryFor: retryFor
    )
}

/// Checks that every selected request is accounted for exactly once.
func expectIdentity(_ report: ReplayReport, sourceLocation: SourceLocation = #_sourceLocation) {
    for signal in Signal.allCases {
        let found = report.signals[signal]
        #expect(
            found.requests + found.failedRequests + found.unsentRequests == found.selectedRequests,
            "\(signal)",
            sourceLocation: sourceLocation
        )
        #expect(
            found.offeredRequests == found.requests + found.failedRequests,
            "\(signal)",
            sourceLocation: sourceLocation
        )
        #expect(found.sentRequests <= found.offeredRequests, sourceLocation: sourceLocation)
    }
}

extension ReplayReport {
    /// A count over all signals.
    func total(_ count: KeyPath<SignalReport, Int>) -> Int {
        Signal.allCases.reduce(0) { $0 + signals[$1][keyPath: count] }
    }
}
