import Synchronization
import Terminal

/// How far checking a corpus is.
final class VerificationProgress: Sendable {
    private let path: String
    private let state = Mutex((done: 0, total: 0))

    init(path: String) {
        self.path = path
    }

    var line: String {
        let (done, total) = state.withLock { $0 }
        return "checking \(path): \(Quantity.count(done)) of \(Quantity.count(total)) requests"
    }

    func update(done: Int, total: Int) {
        state.withLock { $0 = (done, total) }
    }
}
