import Synchronization

/// Whether a server ever listened: one that did not has kept nothing.
final class ListeningState: Sendable {
    private let state = Atomic<Bool>(false)

    var hasBegun: Bool { state.load(ordering: .acquiring) }

    func began() {
        state.store(true, ordering: .releasing)
    }
}
