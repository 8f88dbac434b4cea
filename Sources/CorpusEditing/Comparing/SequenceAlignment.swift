/// Walks two sequences side by side and says where they differ, looking no further ahead than a
/// window: what was inserted, removed or changed, as long as it is shorter than that.
struct SequenceAlignment<Element: Hashable> {
    /// What comes next in the two.
    enum Step: Equatable {
        /// The same.
        case same(Element)
        /// Something else each.
        case changed(Element, Element)
        /// Something that only the first has here.
        case onlyFirst(Element)
        /// Something that only the second has here.
        case onlySecond(Element)
    }

    private let window: Int
    private let first: () throws -> Element?
    private let second: () throws -> Element?
    private var ahead: (first: ArraySlice<Element>, second: ArraySlice<Element>) = ([], [])
    /// How many elements ahead are known to differ.
    private var unlike = (first: 0, second: 0)

    /// Both from their beginnings.
    init(
        window: Int = 1_024,
        _ first: @escaping () throws -> Element?,
        _ second: @escaping () throws -> Element?
    ) {
        self.window = window
        self.first = first
        self.second = second
    }

    /// The next step, or nil at the end of both.
    mutating func next() throws -> Step? {
        try Self.fill(&ahead.first, window, first)
        try Self.fill(&ahead.second, window, second)
        if unlike == (0, 0) {
            if let left = ahead.first.first, left == ahead.second.first {
                ahead.first.removeFirst()
                ahead.second.removeFirst()
                return .same(left)
            }
            unlike = distance()
        }
        switch unlike {
        case (0, 0): return nil
        case (let left, let right) where left > 0 && right > 0:
            unlike = (left - 1, right - 1)
            return .changed(ahead.first.removeFirst(), ahead.second.removeFirst())
        case (let left, 0):
            unlike.first = left - 1
            return .onlyFirst(ahead.first.removeFirst())
        default:
            unlike.second -= 1
            return .onlySecond(ahead.second.removeFirst())
        }
    }

    /// How far ahead in each the nearest element is that both have; all of it where there is none.
    private func distance() -> (first: Int, second: Int) {
        var places: [Element: Int] = [:]
        for (place, element) in ahead.second.enumerated() where places[element] == nil {
            places[element] = place
        }
        var nearest = (first: ahead.first.count, second: ahead.second.count)
        for (place, element) in ahead.first.enumerated() {
            guard place < nearest.first + nearest.second else { break }
            guard let other = places[element], place + other < nearest.first + nearest.second
            else { continue }
            nearest = (place, other)
        }
        return nearest
    }

    private static func fill(
        _ ahead: inout ArraySlice<Element>,
        _ window: Int,
        _ next: () throws -> Element?
    ) throws {
        // A window at a time, so that it isn't moved for each element.
        guard ahead.count < window / 2 else { return }
        ahead = ArraySlice(Array(ahead))
        while ahead.count < window, let element = try next() { ahead.append(element) }
    }
}
