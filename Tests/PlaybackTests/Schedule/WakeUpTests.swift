import Testing

@testable import Playback

@Suite("WakeUp")
struct WakeUpTests {
    private let start = ContinuousClock.now

    @Test("sets timers earlier after late ones, up to a limit, and slowly later again")
    func learning() {
        var wakeUp = WakeUp(at: start)
        let first = wakeUp.lead(at: start)
        wakeUp.fired(late: first + .microseconds(1), lead: first)
        let second = wakeUp.lead(at: start)
        #expect(second > first)
        for _ in 0..<100 {
            wakeUp.fired(late: .seconds(1), lead: wakeUp.lead(at: start))
        }
        #expect(wakeUp.lead(at: start) == WakeUp.longestLead)
        wakeUp.fired(late: .zero, lead: WakeUp.longestLead)
        let third = wakeUp.lead(at: start)
        #expect(third < WakeUp.longestLead && third > second)
        for _ in 0..<1_000 { wakeUp.fired(late: .zero, lead: wakeUp.lead(at: start)) }
        #expect(wakeUp.lead(at: start) == .zero)
    }

    @Test("is late once in thirty times, where timers are late by chance")
    func rarelyLate() {
        var wakeUp = WakeUp(at: start)
        var generator = SystemRandomNumberGenerator()
        var lateCount = 0
        for _ in 0..<20_000 {
            let lead = wakeUp.lead(at: start)
            let lateness = Duration.microseconds(Int.random(in: 0...300, using: &generator))
            if lateness > lead { lateCount += 1 }
            wakeUp.fired(late: lateness, lead: lead)
        }
        #expect((400...1_000).contains(lateCount))
    }

    @Test("has a quarter of the time pass without sleep in the long run, and no more")
    func share() {
        var wakeUp = WakeUp(at: start)
        var (now, spent) = (start, Duration.zero)
        while start.duration(to: now) < .seconds(10) {
            let lead = wakeUp.lead(at: now)
            wakeUp.spent(lead)
            spent += lead
            now += .microseconds(100)
            wakeUp.fired(late: .seconds(1), lead: lead)
        }
        #expect(spent > .milliseconds(2_500) && spent < .milliseconds(2_800))
    }

    @Test("saves up no more than a quarter of a second, and owes nothing for what took longer")
    func saving() {
        var wakeUp = WakeUp(at: start)
        wakeUp.spent(.seconds(2))
        #expect(wakeUp.lead(at: start) == .zero)
        #expect(wakeUp.lead(at: start + .milliseconds(1)) > .zero)
        _ = wakeUp.lead(at: start + .seconds(3_600))
        wakeUp.spent(.milliseconds(250))
        #expect(wakeUp.lead(at: start + .seconds(3_600)) == .zero)
    }
}
