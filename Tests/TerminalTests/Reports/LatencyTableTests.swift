import Latency
import Terminal
import Testing

@Suite struct LatencyTableTests {
    @Test("makes a table row of a summary, with dashes where nothing was recorded")
    func table() {
        var histogram = LatencyHistogram()
        histogram.record(.milliseconds(12))
        let table = TextTable.latencies(["response": histogram.summary, "lateness": .init()])
        #expect(
            table.rendered() == """
                                p50      p90      p99    p99.9      max     mean
                  response  12.0 ms  12.0 ms  12.0 ms  12.0 ms  12.0 ms  12.0 ms
                  lateness        –        –        –        –        –        –
                """
        )
    }
}
