import Playback
import TestSupport
import Testing

@Suite("Replay page")
struct ReplayPageTests {
    @Test("stands alone: no script, and nothing to load")
    func standsAlone() async throws {
        let corpus = try await RecordedCorpus(seed: 61, requests: 20)
        let report = try await replay(corpus.path, to: CollectingSink(), settings("100x"))
        let page = ReplayPage(RepeatedReplay([report])).html
        for forbidden in ["<script", "src=", "<link", "@import", "url("] {
            #expect(!page.contains(forbidden))
        }
        #expect(page.contains("prefers-color-scheme: dark"))
        #expect(page.contains(report.contentDigest))
        #expect(page.contains(report.verdict.text))
        #expect(page.components("<svg") == page.components("</svg>"))
        let twice = ReplayPage(RepeatedReplay([report, report])).html
        #expect(twice.contains("<h1>2 runs</h1>"))
    }

    @Test("escapes what a backend answered")
    func escapes() async throws {
        let corpus = try await RecordedCorpus(seed: 62, requests: 1)
        let report = try await ScriptedServer.run(
            { _ in .status("400 No", body: "<b>&\"quoted\"</b>") },
            { _, port in try await replay(corpus.path, port: port, settings("max")) }
        )
        let page = ReplayPage(RepeatedReplay([report])).html
        #expect(page.contains("&lt;b&gt;&amp;&quot;quoted&quot;&lt;/b&gt;"))
        #expect(!page.contains("<b>"))
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
