public import Logging
public import OTLP

/// What receivers do with export requests, whichever way these come in: who may send them, how
/// much they may weigh together, and where they go.
public struct ExportIntake: Sendable {
    let sink: any TelemetrySink
    let clock: WallClock
    let limits: OTLPRoutes.Limits
    let budget: BodyBudget
    let token: BearerToken?
    let tap: OTLPTap?
    let log: RefusalLog

    /// An intake for one receiver or several, which then share the bound for all bodies.
    ///
    /// - Parameters:
    ///   - sink: Takes each export request; its answer decides the client's.
    ///   - clock: Gives the arrivals.
    ///   - limits: How much the bodies may weigh.
    ///   - token: What clients must name; nil lets everybody send.
    ///   - tap: Passes each export request on instead, and answers for it; nil hands them to the sink.
    ///   - logger: Told of what was refused, without anything that clients sent.
    public init(
        sink: any TelemetrySink,
        clock: WallClock,
        limits: OTLPRoutes.Limits = OTLPRoutes.Limits(),
        token: BearerToken? = nil,
        tap: OTLPTap? = nil,
        logger: Logger
    ) {
        self.sink = sink
        self.clock = clock
        self.limits = limits
        self.token = token
        self.tap = tap
        budget = BodyBudget(limitBytes: limits.heldBytes)
        log = RefusalLog(logger)
    }

    /// Lets in who names the token in an `Authorization` header, or everybody where there is none.
    func authorize(_ authorization: (some StringProtocol)?) throws(ExportRefusal) {
        guard let token else { return }
        guard let authorization, token.admits(authorization) else { throw .unauthenticated }
    }

    func accept(_ export: ExportRequest) async throws(ExportRefusal) {
        do throws(TelemetryRefusal) {
            try await sink.accept(export)
        } catch {
            throw ExportRefusal(error)
        }
    }
}
