public import OTLP
public import OTLPTransport

/// Where the requests of each signal go.
public typealias ReplayDestinations = PerSignal<OTLPDestination>
