import Hummingbird
import Latency
import Logging
import ServiceLifecycle
import Terminal
import TestSupport
import Testing

@testable import LoadGenerator

@Suite(.timeLimit(.minutes(1))) struct OpenLoopLoadTests {
    private func settings(
        _ target: String,
        rps: Double = 1_000,
        for duration: Duration = .milliseconds(50),
        maxConcurrent: Int = 16
    ) throws -> LoadConfiguration {
        try LoadConfiguration(
            target: target,
            ordersPerSecond: rps,
            duration: duration,
            maxConcurrent: maxConcurrent
        )
    }

    private func answer(behind gate: Gate) -> OrderServer.Answer {
        { _ in
            await gate.pass()
            return .created
        }
    }

    private func answer(after time: Duration) -> OrderServer.Answer {
        { _ in
            try await Task.sleep(for: time)
            return .created
        }
    }

    @Test("sends every planned order", arguments: Arrivals.allCases)
    func sendsAll(arrivals: Arrivals) async throws {
        try await OrderServer.run { target, server in
            let configuration = try LoadConfiguration(
                target: target,
                ordersPerSecond: 1_000,
                duration: .milliseconds(100),
                arrivals: arrivals
            )
            let load = OpenLoopLoad(configuration)
            #expect(load.progress.line == "waiting for the order service")
            let report = try await load.run()
            #expect(report.planned == configuration.schedule.remainingCount)
            #expect(report.sent == report.planned)
            #expect(report.succeeded == report.planned)
            #expect(server.received == report.planned)
            #expect(report.responseTime.count == UInt64(report.planned))
            #expect(report.failures.isEmpty)
            #expect(load.progress.inFlight == 0)
        }
    }

    @Test("counts failures by status")
    func failures() async throws {
        let answer: OrderServer.Answer = { number in
            switch number % 5 {
            case 0: .init(code: 402)
            case 1: .conflict
            default: .created
            }
        }
        try await OrderServer.run(answer: answer) { target, _ in
            let report = try await OpenLoopLoad(settings(target)).run()
            #expect(report.failures == ["402": 10, "409": 10])
            #expect(report.failed == 20)
            #expect(report.succeeded == 30)
            #expect(report.isFullyAnswered)
        }
    }

    @Test("keeps to its slots before a slow server, and counts the starts that had to wait")
    func slowServer() async throws {
        try await OrderServer.run(answer: answer(after: .milliseconds(20))) { target, server in
            var configuration = try settings(
                target,
                rps: 1_000_000,
                for: .microseconds(20),
                maxConcurrent: 3
            )
            configuration.overtime = .seconds(300)
            configuration.requestTimeout = .seconds(300)
            let report = try await OpenLoopLoad(configuration).run()
            #expect(server.mostUnderWay <= 3)
            #expect(report.succeeded == 20)
            #expect(report.lateStarts > 0)
            #expect(report.responseTime.max > report.serviceTime.max)
        }
    }

    @Test("misses the orders that find no slot until the overtime is over")
    func overtime() async throws {
        try await OrderServer.run(answer: answer(after: .milliseconds(250))) { target, server in
            var configuration = try settings(
                target,
                for: .milliseconds(200),
                maxConcurrent: 1
            )
            configuration.overtime = .zero
            let report = try await OpenLoopLoad(configuration).run()
            // None, where the machine was too busy to start one in time.
            #expect(report.sent <= 1)
            #expect(report.missed == 200 - report.sent)
            #expect(server.received == report.sent)
        }
    }

    @Test("ends its schedule on graceful shutdown, waits for orders under way, and reports")
    func gracefulShutdown() async throws {
        let gate = Gate()
        try await OrderServer.run(answer: answer(behind: gate)) { target, _ in
            let load = OpenLoopLoad(try settings(target, for: .seconds(3_600)))
            let (reports, continuation) = AsyncStream.makeStream(of: LoadReport.self)
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [
                        .init(
                            service: ClosureService { continuation.yield(try await load.run()) },
                            successTerminationBehavior: .gracefullyShutdownGroup
                        )
                    ],
                    logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                )
            )
            async let run: Void = group.run()
            await gate.firstOrder()
            await group.triggerGracefulShutdown()
            gate.open()
            try await run
            let report = try #require(await reports.first { _ in true })
            #expect(report.planned == 3_600_000)
            #expect(report.sent >= 1)
            #expect(report.succeeded == report.sent)
            #expect(report.missed == report.planned - report.sent)
        }
    }

    @Test("gives up orders under way on cancellation, and still reports")
    func cancellation() async throws {
        let gate = Gate()
        try await OrderServer.run(answer: answer(behind: gate)) { target, _ in
            let load = OpenLoopLoad(try settings(target, for: .seconds(3_600)))
            let report = try await withThrowingTaskGroup(of: LoadReport?.self) { group in
                group.addTask { try await load.run() }
                await gate.firstOrder()
                group.cancelAll()
                return try await group.next() ?? nil
            }
            gate.open()
            #expect(report?.failures["cancelled"] == report?.sent)
            #expect(report?.isFullyAnswered == false)
        }
    }

    @Test("counts orders that are not answered in time as timeouts, and measures them")
    func timeouts() async throws {
        let gate = Gate()
        try await OrderServer.run(answer: answer(behind: gate)) { target, _ in
            var configuration = try settings(target, for: .milliseconds(5))
            configuration.requestTimeout = .milliseconds(50)
            let report = try await OpenLoopLoad(configuration).run()
            gate.open()
            #expect(report.failures == ["timeout": 5])
            #expect(report.responseTime.count == 5)
            #expect(report.serviceTime.p50 >= 50)
        }
    }

    @Test("goes on when the server goes away, and counts connections that fail")
    func serverGoesAway() async throws {
        let gate = Gate()
        gate.open()
        let (targets, continuation) = AsyncStream.makeStream(of: String.self)
        let report = try await withThrowingTaskGroup(of: LoadReport?.self) { group in
            group.addTask {
                try await OrderServer.run(answer: answer(behind: gate)) { target, _ in
                    continuation.yield(target)
                    await gate.firstOrder()
                }
                return nil
            }
            let target = try #require(await targets.first { _ in true })
            let load = OpenLoopLoad(try settings(target, rps: 100, for: .seconds(3_600)))
            group.addTask { try await load.run() }
            // The server has ended.
            _ = try await group.next()
            let failed = load.progress.failed
            try await poll(for: "orders that fail") {
                load.progress.failed > failed + 5 ? true : nil
            }
            group.cancelAll()
            return try #require(try await group.next() ?? nil)
        }
        #expect(report.failures["connection", default: 0] > 5)
        #expect(report.succeeded > 0)
    }

    @Test("says so when nothing listens, and when what listens isn't healthy")
    func notThere() async throws {
        let target = try await OrderServer.run(health: .serviceUnavailable) { target, _ in
            var configuration = try settings(target)
            configuration.startTimeout = .zero
            await #expect(throws: LoadError.unhealthy(target: target, status: 503)) {
                try await OpenLoopLoad(configuration).run()
            }
            return target
        }
        var configuration = try settings(target)
        configuration.startTimeout = .milliseconds(150)
        await #expect(throws: LoadError.unreachable(target: target)) {
            try await OpenLoopLoad(configuration).run()
        }
    }
}
