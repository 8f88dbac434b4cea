import CorpusStore
import Terminal

/// What a subcommand reports that made a corpus of others.
struct NewCorpusReport: EditingReport {
    let version = 1
    let corpus: String
    let inputs: [String]
    private let verb: String
    private let result: CorpusSummary

    init(_ verb: String, inputs: [String], corpus: String, _ totals: CorpusTotals) {
        self.verb = verb
        self.inputs = inputs
        self.corpus = corpus
        result = CorpusSummary(totals)
    }

    private enum CodingKeys: CodingKey {
        case version, corpus, inputs
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(corpus, forKey: .corpus)
        try container.encode(inputs, forKey: .inputs)
        try result.encode(to: encoder)
    }

    var text: String {
        "\(verb) \(inputs.joined(separator: ", ")) into \(corpus): \(result.text)"
    }
}
