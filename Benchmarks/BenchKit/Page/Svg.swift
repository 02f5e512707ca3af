import Foundation
import Mustache

/// What all charts have in common.
enum Svg {
    /// Charts are as wide as a telephone, so that their words are as large as those around them; wider screens show
    /// several side by side.
    static let width = 400.0

    /// A coordinate.
    static func number(_ value: Double) -> String { String(format: "%.1f", value) }

    /// How wide a column of such names is: six units a letter and a margin.
    static func room(for names: [String]) -> Double { 6 * Double(names.map(\.count).max() ?? 0) + 8 }

    /// A value at an axis.
    static func short(_ value: Double) -> String {
        let (unit, name) =
            [(1e9, "G"), (1e6, "M"), (1e4, "k")].first { value >= $0.0 }.map { ($0.1 == "k" ? 1e3 : $0.0, $0.1) } ?? (
                1, ""
            )
        return String(format: "%g", value / unit) + name
    }

    /// The templates of this package.
    enum Template: CaseIterable {
        case page, picture, bars, lines, heat, results

        var source: [UInt8] {
            switch self {
            case .page: PackageResources.page_mustache
            case .picture: PackageResources.picture_mustache
            case .bars: PackageResources.bars_mustache
            case .lines: PackageResources.lines_mustache
            case .heat: PackageResources.heat_mustache
            case .results: PackageResources.results_mustache
            }
        }
    }

    /// The colours, light and dark, and how charts use them.
    static var style: String { String(decoding: PackageResources.charts_css, as: UTF8.self) }

    /// Fills a template in.
    static func render(_ template: Template, _ values: [String: Any]) -> String {
        // A template is part of the program, so one that is wrong is a mistake in it; a test renders all.
        let text = String(decoding: template.source, as: UTF8.self)
        do { return try MustacheTemplate(string: text).render(values) } catch {
            fatalError("the template '\(template)': \(error)")
        }
    }
}
