import Foundation

/// Curves over one axis, as inline SVG without a script.
struct LineChart {
    /// One curve.
    struct Series {
        let name: String
        /// Which of the page's colours, from 1 to 3; 0 is the muted one.
        let colour: Int
        let points: [(x: Double, y: Double)]
        var isFilled = false
        /// Whether each value holds until the next.
        var isStepped = false
    }

    /// Where an axis has a line, and what stands there.
    struct Tick {
        let value: Double
        let label: String
    }

    let title: String
    let series: [Series]
    let xTicks: [Tick]
    let xEnd: Double
    var yTicks: [Tick]
    var xTitle = ""
    /// Whether y is drawn by its logarithm; `yTicks` then span its decades.
    var isLogarithmic = false
    /// What is shown where the pointer rests, by stretches of x.
    var notes: [(from: Double, to: Double, text: String)] = []

    private static let size = (width: 760.0, height: 250.0)
    private static let frame = (left: 70.0, right: 14.0, top: 10.0, bottom: 40.0)

    /// The chart with its title and legend.
    var html: String {
        let legend =
            series.count < 2
            ? ""
            : series.map { series in
                "<span class=\"key\"><i class=\"c\(series.colour)\"></i>"
                    + "\(Markup.escaped(series.name))</span>"
            }.joined()
        return """
            <figure><figcaption>\(Markup.escaped(title))\
            <span class="legend">\(legend)</span></figcaption>
            <svg viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" \
            aria-label="\(Markup.escaped(title))">
            \(grid)
            \(series.map(curve).joined(separator: "\n"))
            \(notes.map(note).joined(separator: "\n"))
            </svg></figure>
            """
    }

    private var grid: String {
        let (left, right) = (Self.frame.left, Self.size.width - Self.frame.right)
        let bottom = Self.size.height - Self.frame.bottom
        let rows = yTicks.map { tick in
            let y = Self.text(y(tick.value))
            return "<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(y)\" y2=\"\(y)\"/>"
                + "<text class=\"y\" x=\"\(left - 8)\" y=\"\(y)\">\(Markup.escaped(tick.label))</text>"
        }
        let columns = xTicks.map { tick in
            let x = Self.text(x(tick.value))
            return
                "<line class=\"tick\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(bottom)\" y2=\"\(bottom + 4)\"/>"
                + "<text class=\"x\" x=\"\(x)\" y=\"\(bottom + 17)\">\(Markup.escaped(tick.label))</text>"
        }
        let axis =
            "<line class=\"axis\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(bottom)\" y2=\"\(bottom)\"/>"
            + "<text class=\"x\" x=\"\((left + right) / 2)\" y=\"\(bottom + 34)\">"
            + "\(Markup.escaped(xTitle))</text>"
        return (rows + columns + [axis]).joined(separator: "\n")
    }

    private func curve(_ series: Series) -> String {
        guard let first = series.points.first, let last = series.points.last else { return "" }
        var path = "M\(Self.text(x(first.x))) \(Self.text(y(first.y)))"
        for point in series.points.dropFirst() {
            let (x, y) = (Self.text(x(point.x)), Self.text(y(point.y)))
            path += series.isStepped ? "H\(x)V\(y)" : "L\(x) \(y)"
        }
        if series.isStepped { path += "H\(Self.text(x(xEnd)))" }
        let line = "<path class=\"line c\(series.colour)\" d=\"\(path)\"/>"
        guard series.isFilled else { return line }
        let bottom = Self.text(Self.size.height - Self.frame.bottom)
        let end = series.isStepped ? x(xEnd) : x(last.x)
        let area = "\(path)L\(Self.text(end)) \(bottom)L\(Self.text(x(first.x))) \(bottom)Z"
        return "<path class=\"area c\(series.colour)\" d=\"\(area)\"/>" + line
    }

    private func note(_ note: (from: Double, to: Double, text: String)) -> String {
        let (from, to) = (x(note.from), x(note.to))
        let height = Self.size.height - Self.frame.bottom - Self.frame.top
        return "<rect class=\"note\" x=\"\(Self.text(from))\" y=\"\(Self.frame.top)\" "
            + "width=\"\(Self.text(max(1, to - from)))\" height=\"\(height)\">"
            + "<title>\(Markup.escaped(note.text))</title></rect>"
    }

    private func x(_ value: Double) -> Double {
        let width = Self.size.width - Self.frame.left - Self.frame.right
        return Self.frame.left + (xEnd > 0 ? min(1, max(0, value / xEnd)) : 0) * width
    }

    private func y(_ value: Double) -> Double {
        let height = Self.size.height - Self.frame.top - Self.frame.bottom
        let (low, high) = (scaled(yTicks.first?.value ?? 0), scaled(yTicks.last?.value ?? 1))
        let share = high > low ? (scaled(value) - low) / (high - low) : 0
        return Self.frame.top + (1 - min(1, max(0, share))) * height
    }

    private func scaled(_ value: Double) -> Double {
        isLogarithmic ? log10(max(value, 1e-9)) : value
    }

    private static func text(_ coordinate: Double) -> String {
        String(format: "%.1f", coordinate)
    }
}

extension LineChart {
    /// Round values from 0 to past the greatest, about four of them.
    static func ticks(upTo greatest: Double, label: (Double) -> String) -> [Tick] {
        let greatest = greatest.isFinite && greatest > 0 ? greatest : 1
        let rough = greatest / 4
        let decade = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 2.5, 5, 10].map { $0 * decade }.first { $0 >= rough * 0.999 } ?? rough
        let count = Int((greatest / step).rounded(.up))
        return (0...max(1, count)).map {
            Tick(value: Double($0) * step, label: label(Double($0) * step))
        }
    }

    /// The powers of ten that the values lie between.
    static func decades(_ range: ClosedRange<Double>, label: (Double) -> String) -> [Tick] {
        let low = Int(log10(max(range.lowerBound, 1e-6)).rounded(.down))
        let high = max(low + 1, Int(log10(max(range.upperBound, 1e-6)).rounded(.up)))
        return (low...high).map { power in
            let value = pow(10, Double(power))
            return Tick(value: value, label: label(value))
        }
    }
}
