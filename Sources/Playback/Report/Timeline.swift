/// What a replay did in each second.
struct Timeline: Sendable {
    /// One second.
    struct Second: Sendable {
        var requests = 0
        var items = 0
        var bytes = 0
        var errors = 0
        var latenessP99Milliseconds = 0.0
    }

    /// Requests that are first sent this long after their second can't change its lateness any more.
    private static let openSeconds = 3
    /// A replay of more seconds than a year has counts the rest in its last.
    static let maximumSeconds = 366 * 86_400

    private(set) var seconds: [Second] = []
    private var openLateness: [Int: [Double]] = [:]

    mutating func sent(at time: Duration, items: Int, bytes: Int, lateness: Duration?) {
        let index = index(of: time)
        seconds[index].requests += 1
        seconds[index].items += items
        seconds[index].bytes += bytes
        if let lateness {
            openLateness[index, default: []].append(lateness / .milliseconds(1))
        }
    }

    mutating func error(at time: Duration) {
        seconds[index(of: time)].errors += 1
    }

    /// Works out the lateness of the seconds that are still open.
    mutating func close() {
        for index in openLateness.keys { close(index) }
    }

    private mutating func index(of time: Duration) -> Int {
        let index = min(Int(max(0, time.components.seconds)), Self.maximumSeconds)
        while seconds.count <= index {
            seconds.append(Second())
            for old in openLateness.keys where old < index - Self.openSeconds { close(old) }
        }
        return index
    }

    private mutating func close(_ index: Int) {
        guard let values = openLateness.removeValue(forKey: index)?.sorted(), !values.isEmpty else {
            return
        }
        let rank = min(values.count - 1, values.count * 99 / 100)
        seconds[index].latenessP99Milliseconds = (values[rank] * 1_000).rounded() / 1_000
    }
}
