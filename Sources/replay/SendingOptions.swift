import ArgumentParser
import NIOPosix
import Playback
import Terminal

/// How export requests are sent.
struct SendingOptions: ParsableArguments {
    @Option(help: "Export requests under way at the same time; past it the replay is late.")
    var maxInFlight = 256

    @Option(help: "Connections to the backend.")
    var connections = 16

    @Option(
        help: """
            Threads that send. (default: 1, which keeps time best; with --speed max 2, given two cores)
            """
    )
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

    func lanes(to destinations: ReplayDestinations, at speed: PlaybackSpeed) -> SendingLanes {
        SendingLanes(
            to: destinations,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            count: threads ?? (speed == .maximum ? Self.usualThreads : 1)
        )
    }
}
