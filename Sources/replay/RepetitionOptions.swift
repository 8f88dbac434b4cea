import ArgumentParser
import Playback
import Terminal

/// How often to replay.
struct RepetitionOptions: ParsableArguments {
    @Option(help: "Laps, played end to end, with fresh ids from the second on.")
    var loop = 1

    @Option(name: .customLong("repeat"), help: "Measured runs, one after the other.")
    var runs = 1

    @Option(help: "Runs before those that are measured.")
    var warmUp = 0

    @Option(
        help: "Rest between runs. (default: 5s)",
        transform: { try DurationArgument(parsing: $0, allowingZero: true) }
    )
    var coolDown = DurationArgument(.seconds(5))

    func validate() throws {
        guard (1...1_000_000).contains(loop) else {
            throw ValidationError("--loop takes 1 to 1000000")
        }
        guard (1...1_000).contains(runs), (0...1_000).contains(warmUp) else {
            throw ValidationError("--repeat takes 1 to 1000, --warm-up 0 to 1000")
        }
    }

    var repetition: Repetition {
        Repetition(runs: runs, warmUps: warmUp, coolDown: coolDown.duration)
    }
}
