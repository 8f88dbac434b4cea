import Testing

@testable import LoadGenerator

@Suite struct StartLineTests {
    private func order(_ index: Int) -> StartLine.Start {
        StartLine.Start(index: index, due: .now, isLate: false)
    }

    @Test("hands an order to a worker that waits")
    func handsOver() async {
        let line = StartLine(slots: 1)
        async let received = line.nextStart()
        #expect(await line.waitForSlot() == false)
        let order = order(3)
        #expect(line.start(order))
        #expect(await received == order)
    }

    @Test("says that every slot was taken, and waits for one to come free")
    func full() async {
        let line = StartLine(slots: 1)
        async let first = line.nextStart()
        _ = await line.waitForSlot()
        line.start(order(0))
        #expect(await first != nil)
        #expect(!line.start(order(1)))
        async let wasFull = line.waitForSlot()
        async let second = line.nextStart()
        #expect(await wasFull)
        #expect(line.start(order(1)))
        #expect(await second?.index == 1)
    }

    @Test("sends workers home once it is closed, those that wait and those that come later")
    func closed() async {
        let line = StartLine(slots: 2)
        async let waiting = line.nextStart()
        _ = await line.waitForSlot()
        line.close()
        #expect(await waiting == nil)
        #expect(await line.nextStart() == nil)
        #expect(!line.start(order(0)))
        #expect(await line.waitForSlot() == false)
    }
}
