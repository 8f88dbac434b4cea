import Testing

@testable import Playback

@Suite("Timeline")
struct TimelineTests {
    @Test("counts what was sent in the second it was sent in")
    func seconds() {
        var timeline = Timeline()
        timeline.sent(at: .milliseconds(100), items: 3, bytes: 30, lateness: .milliseconds(1))
        timeline.sent(at: .milliseconds(2_500), items: 4, bytes: 40, lateness: .milliseconds(2))
        timeline.error(at: .milliseconds(2_600))
        timeline.close()
        #expect(timeline.seconds.map(\.requests) == [1, 0, 1])
        #expect(timeline.seconds.map(\.items) == [3, 0, 4])
        #expect(timeline.seconds.map(\.errors) == [0, 0, 1])
        #expect(timeline.seconds.map(\.latenessP99Milliseconds) == [1, 0, 2])
    }

    @Test("keeps the lateness of a second after it is over")
    func lateness() {
        var timeline = Timeline()
        for milliseconds in 1...200 {
            timeline.sent(
                at: .milliseconds(milliseconds),
                items: 1,
                bytes: 1,
                lateness: .milliseconds(milliseconds)
            )
        }
        timeline.sent(at: .seconds(20), items: 1, bytes: 1, lateness: nil)
        #expect(timeline.seconds[0].latenessP99Milliseconds == 199)
    }

    @Test("takes a time before the start as the first second")
    func negative() {
        var timeline = Timeline()
        timeline.error(at: .seconds(-5))
        #expect(timeline.seconds.map(\.errors) == [1])
    }
}
