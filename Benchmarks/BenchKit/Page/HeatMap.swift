import Foundation

/// How many times as fast, over two dimensions: each cell shows it as a figure and as a shade.
struct HeatMap {
    var rows: [String]
    var columns: [String]
    /// The quantity of the columns.
    var horizontal: String
    /// A ratio for each row and column, if there is one.
    var ratios: [[Double?]]

    /// As an element of a page.
    func svg(title: String) -> String {
        let cell = (width: (Svg.width - Self.left) / Double(max(columns.count, 1)), height: 30.0)
        func x(_ column: Int) -> Double { Self.left + cell.width * (Double(column) + 0.5) }
        func y(_ row: Int) -> Double { Self.top + cell.height * (Double(row) + 0.5) }
        let cells = rows.indices.flatMap { row in
            columns.indices.compactMap { column -> [String: Any]? in
                guard let ratio = ratios[row][column] else { return nil }
                return [
                    "x": Svg.number(x(column) - cell.width / 2 + 1), "y": Svg.number(y(row) - cell.height / 2 + 1),
                    "width": Svg.number(cell.width - 2), "height": Svg.number(cell.height - 2),
                    "shade": Self.shade(ratio), "textX": Svg.number(x(column)), "textY": Svg.number(y(row) + 4),
                    "text": "\(TableReport.short(ratio)) ×",
                ]
            }
        }
        let names = rows.indices.map { row -> [String: Any] in
            ["text": rows[row], "x": Svg.number(Self.left - 6), "y": Svg.number(y(row) + 4)]
        }
        let heads = columns.indices.map { column -> [String: Any] in
            ["text": columns[column], "x": Svg.number(x(column)), "y": Svg.number(Self.top - 5)]
        }
        return Svg.render(
            .heat,
            [
                "title": title, "width": Svg.number(Svg.width),
                "height": Svg.number(Self.top + cell.height * Double(rows.count) + 4), "cells": cells, "names": names,
                "heads": heads, "horizontal": horizontal, "horizontalX": Svg.number((Self.left + Svg.width) / 2),
            ])
    }

    /// `w1` to `w4` if it is faster, `l1` to `l4` if it is slower, by doublings; `e` if it is neither.
    private static func shade(_ ratio: Double) -> String {
        let doublings = min(max(log2(ratio), -4), 4)
        if abs(doublings) < 0.1 { return "e" }
        return (doublings > 0 ? "w" : "l") + "\(Int(abs(doublings).rounded(.up)))"
    }

    private static let left = 60.0
    private static let top = 36.0
}
