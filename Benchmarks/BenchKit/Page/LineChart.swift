import Foundation

/// Lines over one dimension, with a mark at each value, a whisker if runs differ, and a legend of marks.
struct LineChart {
    struct Point {
        var x: Double
        var value: Double
        var low: Double
        var high: Double
    }

    struct Line {
        var series: Series
        var points: [Point]
    }

    /// The quantity of the horizontal axis.
    enum Horizontal {
        /// Values that are marked individually, evenly by their magnitude.
        case values(String)
        /// How many elements there are for each that is slower: 10 is 90 %, 100 is 99 %.
        case percentiles
    }

    var horizontal: Horizontal
    /// The quantity of the vertical axis, with its unit.
    var vertical: String
    /// Whether its values are nanoseconds.
    var verticalIsTime = false
    var scale = Axis.Scale.linear
    var lines: [Line]

    /// As an element of a page.
    ///
    /// - Precondition: there is a point, and every horizontal value is above zero.
    func svg(title: String) -> String {
        let points = lines.flatMap(\.points)
        let values = points.flatMap { [$0.value, $0.low, $0.high] }
        let y = Axis(values, scale, from: Self.bottom, to: Self.top)
        let x: Axis
        let label: String
        switch horizontal {
        case .values(let text):
            x = Axis(marking: points.map(\.x), from: Self.left, to: Self.right)
            label = text
        case .percentiles:
            x = Axis(points.map(\.x) + [1], .logarithmic, from: Self.left, to: Self.right)
            label = "percentile of the elements"
        }
        let drawn = lines.map { line -> [String: Any] in
            let places = line.points.map { (x.position($0.x), y.position($0.value)) }
            let path = places.enumerated().map { index, place in
                "\(index == 0 ? "M" : "L")\(Svg.number(place.0)) \(Svg.number(place.1))"
            }
            let marks = zip(line.points, places).map { point, place -> [String: Any] in
                [
                    "x": Svg.number(place.0), "y": Svg.number(place.1), "low": Svg.number(y.position(point.low)),
                    "high": Svg.number(y.position(point.high)), "path": line.series.mark,
                ]
            }
            return ["name": line.series.name, "style": line.series.style, "path": path.joined(), "marks": marks]
        }
        let across = y.ticks.map { tick -> [String: Any] in
            [
                "y": Svg.number(y.position(tick)), "label": verticalIsTime ? Quantity.time(Int(tick)) : Svg.short(tick),
                "labelY": Svg.number(y.position(tick) + 3.5),
            ]
        }
        var taken = 0.0
        let down = x.ticks.map { tick -> [String: Any] in
            let (middle, half) = (x.position(tick), Svg.room(for: [text(tick)]) / 2)
            // A label that would lie on the one before it, or leave the chart, is left out; its line is there.
            let fits = middle - half >= taken && middle + half - 4 <= Svg.width
            if fits { taken = middle + half }
            return ["x": Svg.number(middle), "label": fits ? text(tick) : ""]
        }
        return Svg.render(
            .lines,
            [
                "title": title, "width": Svg.number(Svg.width), "height": Svg.number(Self.height), "lines": drawn,
                "across": across, "down": down, "left": Svg.number(Self.left), "right": Svg.number(Self.right),
                "top": Svg.number(Self.top), "bottom": Svg.number(Self.bottom), "labelX": Svg.number(Self.left - 6),
                "tickY": Svg.number(Self.bottom + 14), "axisX": Svg.number((Self.left + Self.right) / 2),
                "axisY": Svg.number(Self.bottom + 30), "horizontal": label, "vertical": vertical,
            ])
    }

    private func text(_ tick: Double) -> String {
        guard case .percentiles = horizontal else { return Svg.short(tick) }
        return tick == 1 ? "0 %" : "\(String(format: "%.10g", 100 - 100 / tick)) %"
    }

    private static let left = 46.0
    private static let right = 388.0
    private static let top = 24.0
    private static let bottom = 216.0
    private static let height = 254.0
}
