import Terminal
import Testing

@Suite struct ChartTests {
    @Test("draws bars in proportion, to an eighth of a column")
    func bars() {
        var chart = BarChart()
        chart.add("a", value: 16, note: "16")
        chart.add("bb", value: 9, note: "9")
        chart.add("c", value: -1, note: "-")
        #expect(
            chart.rendered(width: 26) == """
                  a   ████████████████  16
                  bb  █████████         9
                  c                     -
                """
        )
    }

    @Test("draws an empty chart, and one of zeros, as nothing")
    func emptyBars() {
        #expect(BarChart().rendered().isEmpty)
        var chart = BarChart()
        chart.add("a", value: .nan, note: "")
        #expect(!chart.rendered().contains("█"))
        #expect(ColumnChart([]).sparkline().isEmpty)
        #expect(ColumnChart([0, .infinity]).sparkline() == "  ")
    }

    @Test("draws one column a value, and never hides a value above zero")
    func sparkline() {
        #expect(ColumnChart([0, 1, 4, 8, 0.01]).sparkline() == " ▁▄█▁")
    }

    @Test("shares columns among neighbours where values outnumber them")
    func fitted() {
        #expect(ColumnChart([8, 8, 4, 4, 1, 1]).sparkline(width: 3) == "█▄▁")
    }

    @Test("names the greatest value and both ends")
    func columns() {
        let chart = ColumnChart([1, 2, 4, 2])
            .rendered(height: 2, width: 40, value: { "\(Int($0))/s" }, start: "0", end: "4s")
        #expect(
            chart == """
                  4/s   █\u{20}
                  0/s ▄███
                      0 4s
                """
        )
    }
}
