import Playback
import Synchronization

/// Carries what is asked by signals and keys to whichever run is being played, and a request to stop
/// to those that would follow, too.
final class StopRelay: Sendable {
    private let state = Mutex<(isStopped: Bool, player: Player?)>((false, nil))

    static func make() -> (StopRelay, @Sendable () async -> Void) {
        let relay = StopRelay()
        return (relay, { relay.stop() })
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func set(_ player: Player) {
        let isStopped = state.withLock { state in
            state.player = player
            return state.isStopped
        }
        if isStopped { player.stop() }
    }

    /// Does what a key stands for.
    func press(_ key: Character) {
        let player = state.withLock { $0.player }
        switch key {
        case " ": player?.obey(.pauseOrResume)
        case "+", "=": player?.obey(.faster)
        case "-", "_": player?.obey(.slower)
        case "q", "Q": stop()
        default: break
        }
    }

    private func stop() {
        let player = state.withLock { state in
            state.isStopped = true
            return state.player
        }
        player?.stop()
    }
}
