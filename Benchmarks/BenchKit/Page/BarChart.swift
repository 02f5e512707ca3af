/// Bars from left to right, in groups, each with its name before it and its value after it: no legend is needed.
struct BarChart {
    struct Bar {
        var series: Series
        var value: Double
        /// The ends of the whisker.
        var low: Double
        var high: Double
        /// The value for people.
        var text: String
    }

    struct Group {
        var label: String
        var bars: [Bar]
    }

    /// The quantity on the axis, with its unit.
    var axis: String
    var scale = Axis.Scale.linear
    var groups: [Group]

    /// As an element of a page.
    ///
    /// - Precondition: there is a bar.
    func svg(title: String) -> String {
        let values = groups.flatMap(\.bars).flatMap { [$0.value, $0.low, $0.high] }
        let names = max(84, Svg.room(for: groups.flatMap(\.bars).map(\.series.name)))
        let axis = Axis(values, scale, from: names, to: Self.end)
        var y = 6.0
        var drawn: [[String: Any]] = []
        for group in groups {
            y += Self.groupHeight
            var bars: [[String: Any]] = []
            let labelY = y - 5
            for bar in group.bars {
                let middle = y + Self.thickness / 2
                let end = axis.position(bar.value)
                bars.append([
                    "name": bar.series.name, "style": bar.series.style, "nameY": Svg.number(middle + 3.5),
                    "x": Svg.number(axis.start), "y": Svg.number(y), "width": Svg.number(max(end - axis.start, 0.5)),
                    "height": Svg.number(Self.thickness), "low": Svg.number(axis.position(bar.low)),
                    "high": Svg.number(axis.position(bar.high)), "middle": Svg.number(middle),
                    "textX": Svg.number(max(axis.position(bar.high), end) + 5), "text": bar.text,
                ])
                y += Self.thickness + Self.gap
            }
            drawn.append(["label": group.label, "labelY": Svg.number(labelY), "bars": bars])
        }
        let ticks = axis.ticks.map { tick -> [String: Any] in
            [
                "x": Svg.number(axis.position(tick)), "label": Svg.short(tick), "bottom": Svg.number(y),
                "labelY": Svg.number(y + 13),
            ]
        }
        return Svg.render(
            .bars,
            [
                "title": title, "width": Svg.number(Svg.width), "height": Svg.number(y + 32), "ticks": ticks,
                "groups": drawn, "axis": self.axis, "axisX": Svg.number((names + Self.end) / 2),
                "axisY": Svg.number(y + 27), "namesX": Svg.number(names - 6),
            ])
    }

    private static let end = 340.0
    private static let thickness = 12.0
    private static let gap = 4.0
    private static let groupHeight = 20.0
}
