// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "playback",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Libraries, lowest first: a target may import only what stands above it here.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CProcessors"),
        .target(name: "OTLP", dependencies: [.protobuf]),
        .target(name: "StreamCompression", dependencies: ["CZlib"]),
        .target(name: "Latency", dependencies: [.histogram]),
        .target(name: "Lifecycle", dependencies: [.logging, .nioCore, .serviceLifecycle]),
        .target(name: "Terminal", dependencies: ["Latency"]),
        .target(
            name: "CorpusStore",
            dependencies: ["CZlib", "Latency", "OTLP", .crypto, .grdb, .grdbSQLite]
        ),
        .target(
            name: "OTLPTransport",
            dependencies: [
                "CZlib", "Lifecycle", "OTLP", "StreamCompression", .grpcCore, .grpcTransport,
                .httpTypes,
                .hummingbird, .hummingbirdCore, .hummingbirdTLS, .logging, .nioCore, .nioHPACK,
                .nioHTTP1,
                .nioHTTP2, .nioPosix, .nioSSL, .nioTLS, .protobuf, .serviceLifecycle,
            ]
        ),
        .target(
            name: "TelemetryBackends",
            dependencies: [
                "OTLP", .asyncHTTPClient, .logging, .metrics, .nioCore, .nioHTTP1, .protobuf,
                .serviceContext, .serviceLifecycle, .tracing,
            ]
        ),
        .target(
            name: "Orders",
            dependencies: [
                .httpTypes, .hummingbird, .logging, .metrics, .nioCore, .serviceLifecycle, .tracing,
            ]
        ),
        .target(
            name: "LoadGenerator",
            dependencies: [
                "Latency", "Lifecycle", "Terminal", .asyncHTTPClient, .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]
        ),
        .target(
            name: "PlaybackBackend",
            dependencies: [
                "CorpusStore", "OTLP", "OTLPTransport", .hummingbird, .logging, .serviceLifecycle,
            ]
        ),
        .target(
            name: "Recording",
            dependencies: [
                "CorpusStore", "Lifecycle", "LoadGenerator", "OTLP", "OTLPTransport", "Orders",
                "TelemetryBackends", "Terminal", .logging, .serviceLifecycle,
            ]
        ),
        .target(
            name: "Playback",
            dependencies: [
                "CorpusStore", "Latency", "Lifecycle", "OTLP", "OTLPTransport", "Terminal",
                .algorithms, .crypto, .histogram, .nioCore,
            ]
        ),
        .target(
            name: "CorpusEditing",
            dependencies: ["CorpusStore", "OTLP", "StreamCompression", .algorithms, .crypto]
        ),
        // Options that several programs have.
        .target(
            name: "CorpusOptions",
            dependencies: ["CorpusStore", "OTLP", "Terminal", .argumentParser]
        ),
        .target(name: "ServerOptions", dependencies: ["OTLPTransport", .argumentParser]),

        // Programs: options, one configuration value, a service group, a report.
        .program(
            "record",
            [
                "CorpusStore", "LoadGenerator", "OTLP", "OTLPTransport", "Recording",
                "ServerOptions", "Terminal",
            ]
        ),
        .program(
            "replay",
            [
                "CProcessors", "CorpusOptions", "CorpusStore", "Lifecycle", "OTLP", "OTLPTransport",
                "Playback", "PlaybackBackend", "Terminal", .logging, .nioCore, .nioPosix,
            ]
        ),
        .program("replay-compare", ["Playback", "Terminal"]),
        .program("corpus-stats", ["CorpusStore", "Latency", "Terminal"]),
        .program(
            "corpus-tool",
            ["CorpusEditing", "CorpusOptions", "CorpusStore", "OTLP", "Terminal"]
        ),
        .program(
            "order-service",
            ["Orders", "TelemetryBackends", "Terminal", .logging, .serviceLifecycle]
        ),
        .program("load-test", ["LoadGenerator", "Terminal", .logging, .serviceLifecycle]),
        .program(
            "playback-backend",
            [
                "CorpusStore", "OTLP", "OTLPTransport", "PlaybackBackend", "ServerOptions",
                "Terminal", .logging, .serviceLifecycle,
            ]
        ),

        // Measures and fuzzes what the figures in the documentation come from.
        .executableTarget(
            name: "bench",
            dependencies: [
                "CorpusEditing", "CorpusStore", "OTLP", "Terminal", .argumentParser, .protobuf,
            ],
            path: "tools/bench",
            exclude: [
                "README.md", "corpus-bench", "programs.py", "protocol-bench", "receive-bench",
                "replay-bench",
            ]
        ),

        // Tests mirror the libraries; CommandTests runs the built programs.
        .target(
            name: "TestSupport",
            dependencies: [
                "CorpusStore", "OTLP", .grdb, .nioCore, .nioHPACK, .nioHTTP1, .nioHTTP2, .nioPosix,
                .nioSSL, .protobuf,
            ],
            path: "Tests/TestSupport"
        ),
        .suite("CProcessors", [.nioCore, .nioPosix]),
        .suite("OTLP", [.protobuf]),
        .suite("Latency", ["Terminal", .histogram]),
        .suite("Terminal", ["Latency"]),
        .suite("CorpusStore", ["OTLP", .grdb]),
        .suite(
            "OTLPTransport",
            [
                "OTLP", .asyncHTTPClient, .hummingbird, .logging, .nioCore, .nioHPACK, .nioHTTP1,
                .nioHTTP2, .nioPosix, .nioSSL, .protobuf, .serviceLifecycle,
            ]
        ),
        .suite(
            "TelemetryBackends",
            [
                "OTLP", .asyncHTTPClient, .httpTypes, .hummingbird, .logging, .metrics, .nioCore,
                .protobuf, .serviceLifecycle, .tracing,
            ]
        ),
        .suite(
            "Orders",
            [
                "OTLP", "TelemetryBackends", .httpTypes, .hummingbird, .hummingbirdTesting,
                .logging, .metrics, .nioCore, .serviceLifecycle, .tracing,
            ]
        ),
        .suite(
            "LoadGenerator",
            [
                "Latency", "Terminal", .asyncHTTPClient, .hummingbird, .logging, .nioCore,
                .serviceLifecycle,
            ]
        ),
        .suite(
            "PlaybackBackend",
            ["CorpusStore", "OTLP", "OTLPTransport", .logging, .nioCore, .serviceLifecycle]
        ),
        .suite(
            "Recording",
            ["CorpusStore", "LoadGenerator", "OTLP", "OTLPTransport", .logging, .nioCore]
        ),
        .suite(
            "Playback",
            [
                "CorpusStore", "Latency", "OTLP", "OTLPTransport", .grdb, .logging, .nioCore,
                .nioHTTP1, .nioPosix, .protobuf,
            ]
        ),
        .suite(
            "CorpusEditing",
            ["CorpusStore", "OTLP", "StreamCompression", .crypto, .grdb, .protobuf]
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["CorpusStore", "OTLP", "TestSupport", .grdb]
        ),
    ]
)

extension Target {
    static func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(name: name, dependencies: dependencies + [.argumentParser])
    }

    static func suite(_ library: String, _ dependencies: [Target.Dependency] = []) -> Target {
        .testTarget(
            name: library + "Tests",
            dependencies: [.byName(name: library), "TestSupport"] + dependencies
        )
    }
}

extension Target.Dependency {
    static let algorithms = product(name: "Algorithms", package: "swift-algorithms")
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let grpcCore = product(name: "GRPCCore", package: "grpc-swift-2")
    static let grpcTransport = product(
        name: "GRPCNIOTransportHTTP2Posix",
        package: "grpc-swift-nio-transport"
    )
    static let histogram = product(name: "Histogram", package: "hdrhistogram-swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let hummingbirdTLS = product(name: "HummingbirdTLS", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHPACK = product(name: "NIOHPACK", package: "swift-nio-http2")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTP2 = product(name: "NIOHTTP2", package: "swift-nio-http2")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
    static let protobuf = product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let serviceContext = product(
        name: "ServiceContextModule",
        package: "swift-service-context"
    )
    static let serviceLifecycle = product(
        name: "ServiceLifecycle",
        package: "swift-service-lifecycle"
    )
    static let tracing = product(name: "Tracing", package: "swift-distributed-tracing")
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ]
}
