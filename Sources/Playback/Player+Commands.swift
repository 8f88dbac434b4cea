import CorpusStore
import Synchronization

/// What can be asked of a replay while it is played.
public enum ReplayCommand: Sendable {
    /// To halt, or to go on where it was halted.
    case pauseOrResume
    /// To double the speed.
    case faster
    /// To halve it.
    case slower
}

extension Player {
    /// Has the replay halt, go on or change its speed, at the latest when the next request is due.
    public func obey(_ command: ReplayCommand) {
        state.commands.withLock { $0.append(command) }
        state.isAsked.store(true, ordering: .releasing)
    }

    func carryOut(on pace: inout Pace) {
        let commands = state.commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in commands {
            let now = clock.now
            switch command {
            case .pauseOrResume where pace.isPaused:
                pace.resume(at: now)
                note("resumed")
            case .pauseOrResume:
                pace.pause(at: now)
                note("paused")
            case .faster, .slower:
                guard case .scaled(let speed) = schedule.speed,
                    pace.change(doublings: command == .faster ? 1 : -1, at: now)
                else { continue }
                note("speed \(speed.text(doublings: pace.doublings))")
            }
        }
        let changed = pace
        state.pace.withLock { $0 = changed }
    }

    /// Has the report tell what happened now.
    func note(_ what: String) {
        let started = state.started.withLock { $0 }
        let time = started.map { $0.duration(to: clock.now) } ?? .zero
        state.ledger.withLock { $0.events.append(.init(at: time, what)) }
    }
}

extension Speed {
    /// The speed times a power of two, as the command line takes it.
    fileprivate func text(doublings: Int) -> String {
        let factor =
            doublings < 0 ? 1 / Double(1 << -doublings) : Double(1 << doublings)
        let value = Double(numerator) / Double(denominator) * factor
        return value == value.rounded() ? "\(Int(value))x" : "\(value)x"
    }
}
