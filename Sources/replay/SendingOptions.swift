import ArgumentParser
import NIOCore
import NIOPosix
import Playback
import Terminal

/// How export requests are sent.
struct SendingOptions: ParsableArguments {
    @Option(help: "Export requests under way at the same time; past it the replay is late.")
    var maxInFlight = 256

    @Option(help: "Connections to the backend.")
    var connections = 16

    @Option(help: "Threads that send. (default: 2, given two cores)")
    var threads: Int?

    @Option(
        help: "How long a request is retried; 0s turns retrying off. (default: 30s)",
        transform: { try DurationArgument(parsing: $0, allowingZero: true) }
    )
    var retryFor = DurationArgument(.seconds(30))

    /// Two where there is a core for each: on one they would only be in each other's way.
    private static var usualThreads: Int { min(2, Processors.usable) }

    func validate() throws {
        guard (1...100_000).contains(maxInFlight) else {
            throw ValidationError("--max-in-flight takes 1 to 100000")
        }
        guard (1...10_000).contains(connections) else {
            throw ValidationError("--connections takes 1 to 10000")
        }
        guard (1...256).contains(threads ?? 1) else {
            throw ValidationError("--threads takes 1 to 256")
        }
    }

    /// Gives lanes to the destinations, one for each thread, for as long as `body` runs.
    func withLanes<Result>(
        to destinations: ReplayDestinations,
        at speed: PlaybackSpeed,
        _ body: (SendingLanes) async throws -> Result
    ) async throws -> Result {
        let count = threads ?? Self.usualThreads
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count + 1)
        let eventLoops = Array(group.makeIterator())
        // What is due to the microsecond can't wait for another thread to leave the processor.
        if speed != .maximum { Processors.givePrecedence(to: eventLoops.prefix(count)) }
        let lanes = SendingLanes(
            to: destinations,
            eventLoopGroup: group,
            count: count,
            reading: eventLoops.last
        )
        do {
            let result = try await body(lanes)
            await lanes.close()
            try await group.shutdownGracefully()
            return result
        } catch {
            await lanes.close()
            try? await group.shutdownGracefully()
            throw error
        }
    }
}
