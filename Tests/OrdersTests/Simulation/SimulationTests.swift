import Testing

@testable import Orders

@Suite("Simulation")
struct SimulationTests {
    @Test("the same seed and number give the same order, another seed another one")
    func repeats() {
        let one = Simulation(seed: 7, failureRate: 0.5, timeScale: 1)
        let same = Simulation(seed: 7, failureRate: 0.5, timeScale: 1)
        let other = Simulation(seed: 8, failureRate: 0.5, timeScale: 1)
        #expect((0..<100).allSatisfy { one.order($0) == same.order($0) })
        #expect((0..<100).allSatisfy { one.order($0).id != other.order($0).id })
    }

    @Test("ids don't repeat")
    func ids() {
        let simulation = Simulation(seed: 1, failureRate: 0.1, timeScale: 1)
        #expect(Set((0..<10_000).map { simulation.order($0).id }).count == 10_000)
    }

    @Test("durations have the wanted medians and are capped")
    func durations() {
        let simulation = Simulation(seed: 3, failureRate: 0, timeScale: 1)
        let orders = (0..<2_001).map { simulation.order($0) }
        let holds = orders.map(\.holdTime.milliseconds).sorted()
        let payments = orders.map(\.paymentTime.milliseconds).sorted()
        #expect(3.6...4.4 ~= holds[1_000])
        #expect(11...13 ~= payments[1_000])
        #expect((holds + payments).allSatisfy { 0...Simulation.longestMilliseconds ~= $0 })
        #expect(payments[2_000] > 40)
    }

    @Test("time scale stretches durations, and 0 takes them out", arguments: [0, 0.5, 10])
    func timeScale(scale: Double) {
        let plain = Simulation(seed: 3, failureRate: 1, timeScale: 1)
        let scaled = Simulation(seed: 3, failureRate: 1, timeScale: scale)
        for number in 0..<50 as Range<UInt64> {
            let expected = plain.order(number).paymentTime.milliseconds * scale
            #expect(abs(scaled.order(number).paymentTime.milliseconds - expected) < 0.02)
        }
    }

    @Test("all orders fail at rate 1, none at 0, and every kind of failure occurs")
    func failures() {
        let failing = Simulation(seed: 1, failureRate: 1, timeScale: 1)
        let sound = Simulation(seed: 1, failureRate: 0, timeScale: 1)
        let failures = (0..<200).compactMap { failing.order($0).failure }
        #expect(failures.count == 200)
        #expect(Set(failures).count == SimulatedOrder.Failure.allCases.count)
        #expect((0..<200).allSatisfy { sound.order($0).failure == nil })
    }
}
