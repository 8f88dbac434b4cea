import CorpusStore
import Foundation
import OTLP
import Terminal

/// What `bench codec` found.
struct CodecReport: Encodable {
    /// How small a way of storing the payloads makes them.
    struct Size: Encodable {
        let name: String
        let ratio: Double
        let bytesPerServerSpan: Double
    }

    /// How fast the codec runs with a library, in MB of payload a second.
    struct Speed: Encodable {
        let library: Compression
        let ratio: Double
        let encode: Double
        let deflation: Double
        let decode: Double
        let inflation: Double
        let decodeShareOfInflation: Double
        let skeletonInflation: Double
        let freshIds: Double
    }

    let version = 1
    let corpus: String
    let payloadBytes: Int
    let blockBytes: Int
    let blocks: Int
    let sizes: [Size]
    let speeds: [Speed]

    init(corpus: String, requests: [ExportRequest], blockBytes: Int, rounds: Int) throws {
        let sample = try CodecSample(requests, blockBytes: blockBytes)
        self.corpus = corpus
        self.blockBytes = blockBytes
        payloadBytes = sample.payloadBytes
        blocks = sample.runs.count
        speeds = try BlockCodec.libraries.map { library in
            try Self.speed(sample, library: library, rounds: rounds)
        }
        let traces = Double(max(try sample.serverSpans(), 1))
        sizes = try sample.sizes().map { name, ratio in
            Size(
                name: name,
                ratio: ratio.rounded(to: 2),
                bytesPerServerSpan: (Double(sample.payloadBytes) / ratio / traces).rounded(to: 1)
            )
        }
    }

    private static func speed(
        _ sample: CodecSample,
        library: Compression,
        rounds: Int
    ) throws -> Speed {
        var encode: [Double] = []
        var deflation: [Double] = []
        var decode: [Double] = []
        var inflation: [Double] = []
        var skeletons: [Double] = []
        var fresh: [Double] = []
        let encoded = try CodecSample.Encoded(sample, library: library)
        // Side by side in each round, so that what else the machine does hits all alike.
        for _ in 0..<rounds {
            encode.append(try sample.megabytesPerSecond { try encoded.encode() })
            deflation.append(try sample.megabytesPerSecond { try encoded.deflate() })
            decode.append(try sample.megabytesPerSecond { try encoded.decode(ids: .keep) })
            inflation.append(try sample.megabytesPerSecond { try encoded.inflate() })
            skeletons.append(try sample.megabytesPerSecond { try encoded.inflateSkeletons() })
            fresh.append(try sample.megabytesPerSecond { try encoded.decode(ids: .fresh(seed: 1)) })
        }
        let shares = zip(decode, inflation).map { $0 / $1 }
        return Speed(
            library: library,
            ratio: encoded.ratio.rounded(to: 2),
            encode: encode.median.rounded(to: 0),
            deflation: deflation.median.rounded(to: 0),
            decode: decode.median.rounded(to: 0),
            inflation: inflation.median.rounded(to: 0),
            decodeShareOfInflation: shares.median.rounded(to: 2),
            skeletonInflation: skeletons.median.rounded(to: 0),
            freshIds: fresh.median.rounded(to: 0)
        )
    }

    /// The report as tables.
    var text: String {
        var size = TextTable(.text("stored as"), .number("ratio"), .number("bytes an order"))
        for row in sizes { size.add(row.name, "\(row.ratio)", "\(row.bytesPerServerSpan)") }
        var speed = TextTable(
            .text("MB/s a core"),
            .number("encode"),
            .number("deflation"),
            .number("decode"),
            .number("fresh ids"),
            .number("inflation"),
            .number("share"),
            .number("of skeletons")
        )
        for row in speeds {
            speed.add(
                row.library.rawValue,
                "\(Int(row.encode))",
                "\(Int(row.deflation))",
                "\(Int(row.decode))",
                "\(Int(row.freshIds))",
                "\(Int(row.inflation))",
                "\(row.decodeShareOfInflation)",
                "\(Int(row.skeletonInflation))"
            )
        }
        return """
            \(corpus): \(payloadBytes) bytes of payload in \(blocks) blocks of \(blockBytes)

            \(size.rendered())

            \(speed.rendered())
            """
    }
}

extension [Double] {
    /// The middle one.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Double {
    /// Rounded to a number of decimals.
    func rounded(to decimals: Int) -> Double {
        let scale = pow(10, Double(decimals))
        return (self * scale).rounded() / scale
    }
}
