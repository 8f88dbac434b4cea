import ArgumentParser
import Foundation
import Logging
import Orders
import ServiceLifecycle
import TelemetryBackends
import Terminal

@main
struct OrderServiceProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order-service",
        abstract: "Take orders over HTTP and export telemetry of it as OTLP.",
        discussion: """
            Takes POST /orders; answers GET /orders/{id} and GET /health. Telemetry goes where \
            --otlp or OTEL_EXPORTER_OTLP_ENDPOINT says; the other OTEL_ variables hold too.

            EXAMPLES
              order-service                                   export to http://localhost:4318
              order-service --otlp http://127.0.0.1:8080      to the playback backend
              load-test --rps 50                              in another terminal

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Option(help: "The port to listen on; 0 picks a free one.")
    var port = 8081

    @Option(help: "Where to export to. (default: OTEL_EXPORTER_OTLP_ENDPOINT)")
    var otlp: String?

    @Option(help: "The share of orders that fail, from 0 to 1.")
    var failureRate = 0.1

    @Option(help: "What simulated waiting is multiplied by; 0 takes it out.")
    var timeScale = 1.0

    @Option(help: "Determines failures and durations.")
    var seed: UInt64 = 1

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        do {
            try configuration.validate()
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            let telemetry = Telemetry(configuration: try telemetryConfiguration())
            let service = try orderService(telemetry)
            let group = ServiceGroup(
                services: [telemetry, service],
                logger: Logger(label: "order-service") { _ in SwiftLogNoOpLogHandler() }
            )
            try await Interrupts.handle(firstSignal: group.triggerGracefulShutdown) {
                try await group.run()
            }
        } catch {
            throw ExitCode(ExitStatus.failure(of: "order-service", error).rawValue)
        }
    }

    private func telemetryConfiguration() throws -> TelemetryConfiguration {
        var configuration = try TelemetryConfiguration(
            environment: ProcessInfo.processInfo.environment,
            serviceName: "order-service",
            endpoint: otlp
        )
        configuration.metricDescriptions = OrderMetrics.descriptions.mapValues {
            TelemetryBackends.MetricDescription(unit: $0.unit, description: $0.description)
        }
        return configuration
    }

    private var configuration: OrderServiceConfiguration {
        var configuration = OrderServiceConfiguration()
        configuration.port = port
        configuration.failureRate = failureRate
        configuration.timeScale = timeScale
        configuration.seed = seed
        return configuration
    }

    private func orderService(_ telemetry: Telemetry) throws -> OrderService {
        try OrderService(
            configuration: configuration,
            logger: Logger(label: "orders", factory: telemetry.makeLogHandler),
            metrics: telemetry.metricsFactory,
            tracer: telemetry.tracer,
            onListening: { [quiet] port in
                guard !quiet else { return }
                Console.standardError.write("Taking orders on http://127.0.0.1:\(port)/orders\n")
            }
        )
    }
}
