public import Terminal

extension ReplayComparison {
    /// The comparison for people.
    public func text(width: Int? = nil, style: Style = .plain) -> String {
        var lines: [String] = []
        for run in runs.dropFirst() {
            lines += [
                style.heading("\(run) against \(runs[0])"), mismatches(of: run, style),
                figures(of: run).rendered(width: width, style: style), "",
            ]
        }
        if !spreads.isEmpty {
            var table = TextTable(.text(), .number("median"), .number("CV"))
            for spread in spreads {
                let figure = ReplayFigure(rawValue: spread.name)
                table.add(
                    figure?.title ?? spread.name,
                    figure?.text(spread.median) ?? "\(spread.median)",
                    Quantity.percentage(spread.coefficientOfVariation)
                )
            }
            lines += [
                style.heading("Over all \(runs.count) runs"),
                table.rendered(width: width, style: style), "",
            ]
        }
        lines.append(verdict(style))
        return lines.joined(separator: "\n")
    }

    private func mismatches(of run: String, _ style: Style) -> String {
        let contents = contents.filter { $0.run == run }.map { mismatch in
            style.red("another \(mismatch.name): \(mismatch.other), not \(mismatch.first)")
        }
        let settings = settings.filter { $0.run == run }.map { mismatch in
            style.yellow("\(mismatch.name): \(mismatch.other), not \(mismatch.first)")
        }
        let sameContent = contents.isEmpty ? ["the same content was sent"] : []
        return (sameContent + contents + settings).joined(separator: "\n")
    }

    private func figures(of run: String) -> TextTable {
        var table = TextTable(
            .text(),
            .number("first"),
            .number("this"),
            .number("change"),
            .number("interval"),
            .text()
        )
        for difference in differences where difference.run == run {
            let figure = ReplayFigure(rawValue: difference.name)
            var interval = ""
            if let low = difference.changeLow, let high = difference.changeHigh {
                interval = "\(Self.signed(low)) … \(Self.signed(high))"
            }
            table.add(
                figure?.title ?? difference.name,
                figure?.text(difference.first) ?? "\(difference.first)",
                figure?.text(difference.other) ?? "\(difference.other)",
                Self.signed(difference.change),
                interval,
                difference.isBeyond ? "differs" : ""
            )
        }
        return table
    }

    private func verdict(_ style: Style) -> String {
        let limit = Quantity.percentage(threshold)
        if same { return style.green("the same, within \(limit)") }
        if !contents.isEmpty { return style.red("NOT the same: other content was sent") }
        let names = differences.filter(\.isBeyond).map { difference in
            ReplayFigure(rawValue: difference.name)?.title ?? difference.name
        }
        var seen = Set<String>()
        let distinct = names.filter { seen.insert($0).inserted }.joined(separator: ", ")
        return style.yellow("NOT the same: beyond \(limit) in \(distinct)")
    }

    private static func signed(_ share: Double) -> String {
        (share < 0 ? "−" : "+") + Quantity.percentage(abs(share))
    }
}
