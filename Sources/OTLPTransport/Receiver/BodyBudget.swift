import Synchronization

/// How many body bytes all connections of a receiver hold together, and how many they may.
final class BodyBudget: Sendable {
    let limitBytes: Int
    private let heldBytes = Atomic<Int>(0)

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Takes the bytes unless that would exceed the limit.
    func take(_ bytes: Int) -> Bool {
        let (_, held) = heldBytes.add(bytes, ordering: .relaxed)
        if held <= limitBytes { return true }
        heldBytes.subtract(bytes, ordering: .relaxed)
        return false
    }

    func giveBack(_ bytes: Int) {
        heldBytes.subtract(bytes, ordering: .relaxed)
    }
}
