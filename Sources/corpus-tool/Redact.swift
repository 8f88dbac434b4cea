import ArgumentParser
import CorpusEditing
import CorpusStore
import Foundation
import Terminal

struct Redact: AsyncParsableCommand {
    /// Whether values are redacted also where no rule names them.
    enum Elsewhere: String, CaseIterable, ExpressibleByArgument {
        case replace, keep
    }

    private static let secretVariable = "PLAYBACK_REDACTION_SECRET"

    static let configuration = CommandConfiguration(
        abstract: "Make a corpus without what is to be kept from others.",
        discussion: """
            Attributes go, or have a hash for their value, by their keys: of spans, events, links, \
            log records, metrics and their points, exemplars, scopes and resources; inside of \
            other values and of bodies by key or by path (customer.address.city). In a pattern, * \
            stands for any characters. --drop goes before --hash, and both before --keep-keys.

            Values of 4 bytes or more (integers of 6 digits or more) are redacted wherever else they \
            stand, inside of longer texts too: names, bodies, other values, keys save those that \
            --keep-keys lists. [redacted] takes their place, or their hash. Words of protocols \
            ("http", "POST") stay. Ids, times and numbers outside of attributes stay as well. \
            Fields that OTLP doesn't define go.

            A hash is 32 letters, HMAC-SHA256 keyed by the secret in --secret-file or in the \
            environment variable \(secretVariable), so that equal values have equal hashes in all \
            corpora redacted with it; without one, by a secret that is made up and not kept.

            EXAMPLES
              corpus-tool redact run.db --drop 'customer.*' --hash order.id --out shared.db
              corpus-tool redact run.db --keep-keys keys.txt --drop-bodies --out shared.db
              corpus-tool redact run.db --hash 'user.*' --secret-file secret --out shared.db
              corpus-tool redact run.db --drop 'customer.*' --dry-run

            Exit codes: 0 done, 1 failed, 64 usage.
            """
    )

    @Argument(help: "The corpus to redact.")
    var corpus: String

    @Option(
        help: "Drop the attributes whose keys match the pattern. May be repeated.",
        transform: { try KeyPattern(parsing: $0) }
    )
    var drop: [KeyPattern] = []

    @Option(
        help: "Hash the values of the attributes whose keys match. May be repeated.",
        transform: { try KeyPattern(parsing: $0) }
    )
    var hash: [KeyPattern] = []

    @Option(help: "Drop all attributes but those in the file: a pattern a line, # for comments.")
    var keepKeys: String?

    @Flag(help: "Drop the bodies of log records.")
    var dropBodies = false

    @Flag(help: "Hash the bodies of log records.")
    var hashBodies = false

    @Option(
        help: "What becomes of redacted values elsewhere: replace, or keep (they aren't sought)."
    )
    var elsewhere = Elsewhere.replace

    @Option(help: "The file with the secret that hashes are keyed by.")
    var secretFile: String?

    @Option(help: "The corpus to make.")
    var out: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Option(
        help: "Which items get rows to query: all, spans or none. (default: as in the input)"
    )
    var index: ItemIndex?

    @Flag(help: "Report what would be redacted, and make nothing.")
    var dryRun = false

    @OptionGroup var reporting: ReportingOptions

    func validate() throws {
        let hasRules = !drop.isEmpty || !hash.isEmpty || keepKeys != nil
        guard hasRules || dropBodies || hashBodies else {
            throw ValidationError(
                "say what to redact: --drop, --hash, --keep-keys, --drop-bodies or --hash-bodies"
            )
        }
        guard !dropBodies || !hashBodies else {
            throw ValidationError("bodies can't be both dropped and hashed")
        }
        guard out != nil || dryRun else {
            throw ValidationError("say with --out where the corpus goes, or add --dry-run")
        }
    }

    func run() async throws {
        let command = self
        let (summary, counts) = try await reporting.work("redacting \(corpus)") { progress in
            try await command.redact(progress)
        }
        try reporting.show(RedactReport(self, summary, counts))
    }

    private func redact(
        _ progress: EditingProgress
    ) async throws -> (CorpusSummary?, RedactionCounts) {
        let redaction = CorpusRedaction(try rules(), secret: try secret())
        let reader = try CorpusReader(path: corpus)
        guard !dryRun, let out else {
            return (nil, try redaction.preview(reader, progress: progress))
        }
        let made = try await redaction.run(
            reader,
            into: NewCorpus(
                path: out,
                replacesExisting: force,
                index: index ?? reader.recording.index,
                inputs: [corpus] + [keepKeys, secretFile].compactMap(\.self)
            ),
            progress: progress
        )
        return (CorpusSummary(made.totals), made.counts)
    }

    private func rules() throws -> RedactionRules {
        var rules = RedactionRules()
        rules.dropped = drop
        rules.hashed = hash
        rules.kept = try keepKeys.map { try RedactionRules.keys(listedIn: $0) }
        rules.bodies = dropBodies ? .drop : hashBodies ? .hash : .keep
        rules.isSoughtElsewhere = elsewhere == .replace
        return rules
    }

    private func secret() throws -> RedactionSecret {
        if let secretFile { return try RedactionSecret(file: secretFile) }
        let variable = Self.secretVariable
        return try ProcessInfo.processInfo.environment[variable]
            .map { try RedactionSecret($0, variable: variable) } ?? RedactionSecret()
    }
}

private struct RedactReport: EditingReport {
    private static let shownRows = 40

    let version = 1
    let input: String
    let corpus: String?
    let dryRun: Bool
    let redacted: RedactionCounts
    private let result: CorpusSummary?

    init(_ command: Redact, _ result: CorpusSummary?, _ counts: RedactionCounts) {
        input = command.corpus
        corpus = command.dryRun ? nil : command.out
        dryRun = command.dryRun
        redacted = counts
        self.result = result
    }

    private enum CodingKeys: CodingKey {
        case version, input, corpus, dryRun, redacted
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(input, forKey: .input)
        try container.encode(corpus, forKey: .corpus)
        try container.encode(dryRun, forKey: .dryRun)
        try container.encode(redacted, forKey: .redacted)
        try result?.encode(to: encoder)
    }

    var text: String {
        var sections: [String] = []
        if let corpus, let result {
            sections.append("Redacted \(input) into \(corpus): \(result.text)")
        } else {
            sections.append("Would redact in \(input):")
        }
        var keys = TextTable(.text("key"), .number("dropped"), .number("hashed"))
        for key in redacted.keys.prefix(Self.shownRows) {
            keys.add([key.key, Quantity.count(key.dropped), Quantity.count(key.hashed)])
        }
        if redacted.droppedBodies + redacted.hashedBodies > 0 {
            keys.add([
                TextField.body.rawValue, Quantity.count(redacted.droppedBodies),
                Quantity.count(redacted.hashedBodies),
            ])
        }
        sections.append(keys.rendered())
        if !redacted.elsewhere.isEmpty {
            var places = TextTable(.text("values of"), .text("also in"), .number("redacted"))
            for place in redacted.elsewhere.prefix(Self.shownRows) {
                places.add([place.key, place.field.rawValue, Quantity.count(place.redacted)])
            }
            sections.append(places.rendered())
        }
        return (sections + [notes]).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var notes: String {
        var notes: [String] = []
        let hidden = max(redacted.keys.count, redacted.elsewhere.count) - Self.shownRows
        if hidden > 0 { notes.append("More rows in the report as --json") }
        if redacted.unknownFields > 0 {
            notes.append(
                "Dropped \(Quantity.count(redacted.unknownFields, of: "field")) that OTLP doesn't define"
            )
        }
        if redacted.deepValues > 0 {
            notes.append(
                "Dropped \(Quantity.count(redacted.deepValues, of: "value")) nested too deeply"
            )
        }
        notes += redacted.unmatchedPatterns.map { "No attribute's key matches \($0)" }
        return notes.joined(separator: "\n")
    }
}
