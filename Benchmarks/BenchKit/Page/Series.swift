/// The look of a contender in every chart: a colour, and a mark that is different without one.
struct Series: Hashable {
    /// The name in the legend.
    let name: String
    /// Its place among the styles: `s0` to `s7` in the page's style sheet.
    let style: Int

    /// The styles go by contender, not by place in a chart, so that a contender looks the same in all of them.
    init(_ contender: String) {
        let place = Self.known.firstIndex { contender == $0 || contender.hasPrefix($0 + "-") }
        name = place.map { Self.known[$0] } ?? contender
        style = place ?? Self.known.count
    }

    /// A peer, whose name may begin like that of one of ours.
    init(exactly contender: String) {
        name = contender
        let ours = contender.hasSuffix(" again") ? contender.dropLast(6) : contender[...]
        style = Self.known.firstIndex { $0 == ours } ?? Self.known.count
    }

    // Longer names come first if one begins like another.
    private static let known = ["ring", "ck-ring", "mutex", "c-mutex", "stages-mutex", "stages-c-mutex", "stages"]

    /// A mark for points of a line, around the origin, as an SVG path.
    var mark: String { Self.marks[style % Self.marks.count] }

    private static let marks = [
        "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z", "M-3 -3H3V3H-3Z", "M0 -4L4 3H-4Z",
        "M0 -4.2L4.2 0L0 4.2L-4.2 0Z",
        "M0 4L4 -3H-4Z", "M-1 -4H1V-1H4V1H1V4H-1V1H-4V-1H-1Z", "M-4 -1.5H4V1.5H-4Z", "M-1.5 -4H1.5V4H-1.5Z",
    ]
}
