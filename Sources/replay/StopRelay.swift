import Playback
import Synchronization

/// Carries a request to stop to whichever run is being played, and to those that would follow.
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

    private func stop() {
        let player = state.withLock { state in
            state.isStopped = true
            return state.player
        }
        player?.stop()
    }
}
