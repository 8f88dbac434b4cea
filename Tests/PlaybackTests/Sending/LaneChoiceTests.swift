import Testing

@testable import Playback

@Suite("LaneChoice")
struct LaneChoiceTests {
    /// The lanes of requests due so many microseconds after the start, with such bodies.
    private func lanes(
        _ requests: [(due: Int, bytes: Int)],
        of count: Int = 2,
        most: Int = 8,
        underWay: [Int] = [0, 0]
    ) -> [Int] {
        var choice = LaneChoice(lanes: count, most: most)
        return requests.map { request in
            choice.next(due: .microseconds(request.due), bytes: request.bytes) { underWay[$0] }
        }
    }

    @Test("takes the first lane as long as that has the time")
    func first() {
        #expect(lanes([(0, 100), (1_000, 100), (2_000, 100), (2_100, 100)]) == [0, 0, 0, 0])
    }

    @Test("takes another lane for what is due while the first one writes")
    func another() {
        #expect(lanes([(0, 100), (5, 100), (1_000, 100_000), (1_150, 100)]) == [0, 1, 0, 1])
        #expect(lanes([(0, 100), (5, 100)], of: 1) == [0, 0])
    }

    @Test("takes the lane that has been at its last request the longest where none has the time")
    func longest() {
        #expect(lanes([(0, 200_000), (10, 100), (12, 100), (13, 100)]) == [0, 1, 0, 1])
    }

    @Test("passes over a lane whose connections are all busy, unless all are")
    func busy() {
        let requests = [(due: 0, bytes: 100), (due: 1_000, bytes: 100)]
        #expect(lanes(requests, underWay: [8, 0]) == [1, 1])
        #expect(lanes(requests, underWay: [9, 8]) == [1, 1])
    }
}
